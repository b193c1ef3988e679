CREATE TABLE IF NOT EXISTS `identity`.`known_addresses` (
	`bucket` varchar(64) NOT NULL,
	`seen_at` bigint NOT NULL,
	CONSTRAINT `known_addresses_bucket` PRIMARY KEY(`bucket`),
	INDEX `known_addresses_seen` (`seen_at`)
);
