-- The two databases of identity; the tables are made by its migrations.
CREATE DATABASE IF NOT EXISTS auth CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE DATABASE IF NOT EXISTS identity CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
GRANT ALL PRIVILEGES ON auth.* TO 'sluice'@'%';
GRANT ALL PRIVILEGES ON identity.* TO 'sluice'@'%';
-- Triggers that bump the policy epoch are made by the migrations; binary logging asks for this.
SET GLOBAL log_bin_trust_function_creators = 1;
