-- Every change of a table that decisions read makes the policy epoch grow, also a change made by hand.
-- A new token changes no answer that somebody could still hold, so tokens bump on change and removal only.
INSERT IGNORE INTO `identity`.`policy_epoch` (`id`, `epoch`) VALUES (1, 1);
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `auth`.`user_policy_epoch_insert` AFTER INSERT ON `auth`.`user` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `auth`.`user_policy_epoch_update` AFTER UPDATE ON `auth`.`user` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `auth`.`user_policy_epoch_delete` AFTER DELETE ON `auth`.`user` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `auth`.`user_permission_policy_epoch_insert` AFTER INSERT ON `auth`.`user_permission` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `auth`.`user_permission_policy_epoch_update` AFTER UPDATE ON `auth`.`user_permission` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `auth`.`user_permission_policy_epoch_delete` AFTER DELETE ON `auth`.`user_permission` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `identity`.`projects_policy_epoch_insert` AFTER INSERT ON `identity`.`projects` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `identity`.`projects_policy_epoch_update` AFTER UPDATE ON `identity`.`projects` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `identity`.`projects_policy_epoch_delete` AFTER DELETE ON `identity`.`projects` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `identity`.`grants_policy_epoch_insert` AFTER INSERT ON `identity`.`grants` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `identity`.`grants_policy_epoch_update` AFTER UPDATE ON `identity`.`grants` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `identity`.`grants_policy_epoch_delete` AFTER DELETE ON `identity`.`grants` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `identity`.`tokens_policy_epoch_update` AFTER UPDATE ON `identity`.`tokens` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `identity`.`tokens_policy_epoch_delete` AFTER DELETE ON `identity`.`tokens` FOR EACH ROW UPDATE `identity`.`policy_epoch` SET `epoch` = `epoch` + 1 WHERE `id` = 1;
