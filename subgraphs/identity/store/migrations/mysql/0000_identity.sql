-- MySQL cannot roll back DDL: every statement may run again after a crash half-way.
CREATE TABLE IF NOT EXISTS `auth`.`component` (
	`id` varchar(64) NOT NULL,
	`name` varchar(191) NOT NULL,
	CONSTRAINT `component_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `auth`.`element` (
	`id` varchar(191) NOT NULL,
	`component_id` varchar(64) NOT NULL,
	`name` varchar(191) NOT NULL,
	CONSTRAINT `element_id` PRIMARY KEY(`id`),
	CONSTRAINT `element_component` FOREIGN KEY (`component_id`) REFERENCES `auth`.`component`(`id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `identity`.`grants` (
	`id` varchar(64) NOT NULL,
	`principal_id` varchar(64) NOT NULL,
	`principal_kind` varchar(64) NOT NULL,
	`role` varchar(64),
	`permission` varchar(191),
	`project_id` varchar(64),
	`resource_type` varchar(191),
	`resource_id` varchar(191),
	`effect` varchar(64) NOT NULL,
	`valid_from` bigint NOT NULL,
	`valid_to` bigint,
	`granted_by` varchar(64) NOT NULL,
	`closed_by` varchar(64),
	`reason` varchar(191),
	`open_membership` varchar(191),
	CONSTRAINT `grants_id` PRIMARY KEY(`id`),
	CONSTRAINT `grants_open_membership` UNIQUE(`open_membership`),
	INDEX `grants_principal` (`principal_id`,`project_id`),
	INDEX `grants_project` (`project_id`,`valid_to`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `identity`.`login_attempts` (
	`bucket` varchar(64) NOT NULL,
	`times` text NOT NULL,
	`updated_at` bigint NOT NULL,
	CONSTRAINT `login_attempts_bucket` PRIMARY KEY(`bucket`),
	INDEX `login_attempts_updated` (`updated_at`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `auth`.`operation` (
	`id` varchar(64) NOT NULL,
	`name` varchar(191) NOT NULL,
	CONSTRAINT `operation_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `auth`.`permission` (
	`id` varchar(191) NOT NULL,
	`component_id` varchar(64) NOT NULL,
	`element_id` varchar(191) NOT NULL,
	`operation_id` varchar(64) NOT NULL,
	`description` text NOT NULL,
	CONSTRAINT `permission_id` PRIMARY KEY(`id`),
	CONSTRAINT `permission_component` FOREIGN KEY (`component_id`) REFERENCES `auth`.`component`(`id`),
	CONSTRAINT `permission_element` FOREIGN KEY (`element_id`) REFERENCES `auth`.`element`(`id`),
	CONSTRAINT `permission_operation` FOREIGN KEY (`operation_id`) REFERENCES `auth`.`operation`(`id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `identity`.`policy_epoch` (
	`id` int NOT NULL,
	`epoch` bigint NOT NULL,
	CONSTRAINT `policy_epoch_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `identity`.`projects` (
	`id` varchar(64) NOT NULL,
	`name` varchar(191) NOT NULL,
	`title` varchar(191) NOT NULL,
	`description` text,
	`created_at` bigint NOT NULL,
	`created_by` varchar(64) NOT NULL,
	`deleted_at` bigint,
	`deleted_by` varchar(64),
	CONSTRAINT `projects_id` PRIMARY KEY(`id`),
	CONSTRAINT `projects_name` UNIQUE(`name`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `identity`.`sessions` (
	`hash` varchar(64) NOT NULL,
	`user_id` varchar(64) NOT NULL,
	`created_at` bigint NOT NULL,
	`last_seen_at` bigint NOT NULL,
	`expires_at` bigint NOT NULL,
	CONSTRAINT `sessions_hash` PRIMARY KEY(`hash`),
	INDEX `sessions_user` (`user_id`),
	INDEX `sessions_expires` (`expires_at`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `identity`.`token_uses` (
	`token_id` varchar(64) NOT NULL,
	`last_used_at` bigint NOT NULL,
	CONSTRAINT `token_uses_token_id` PRIMARY KEY(`token_id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `identity`.`tokens` (
	`id` varchar(64) NOT NULL,
	`user_id` varchar(64) NOT NULL,
	`name` varchar(191) NOT NULL,
	`prefix` varchar(64) NOT NULL,
	`hash` varchar(64) NOT NULL,
	`projects` text,
	`permissions` text,
	`created_at` bigint NOT NULL,
	`expires_at` bigint NOT NULL,
	`revoked_at` bigint,
	CONSTRAINT `tokens_id` PRIMARY KEY(`id`),
	CONSTRAINT `tokens_hash` UNIQUE(`hash`),
	INDEX `tokens_user` (`user_id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `auth`.`user` (
	`id` varchar(64) NOT NULL,
	`username` varchar(191) NOT NULL,
	`display_name` varchar(191) NOT NULL,
	`password_hash` varchar(191) NOT NULL,
	`is_admin` boolean NOT NULL DEFAULT false,
	`active` boolean NOT NULL DEFAULT true,
	`must_change_password` boolean NOT NULL DEFAULT false,
	`created_at` bigint NOT NULL,
	CONSTRAINT `user_id` PRIMARY KEY(`id`),
	CONSTRAINT `user_username` UNIQUE(`username`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `auth`.`user_permission` (
	`user_id` varchar(64) NOT NULL,
	`permission_id` varchar(191) NOT NULL,
	`project_id` varchar(64) NOT NULL,
	CONSTRAINT `user_permission_pk` PRIMARY KEY(`user_id`,`permission_id`,`project_id`),
	CONSTRAINT `user_permission_user` FOREIGN KEY (`user_id`) REFERENCES `auth`.`user`(`id`),
	CONSTRAINT `user_permission_permission` FOREIGN KEY (`permission_id`) REFERENCES `auth`.`permission`(`id`)
);
