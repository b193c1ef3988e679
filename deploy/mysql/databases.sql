-- The two databases of identity; the tables are made by its migrations.
CREATE DATABASE IF NOT EXISTS auth CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE DATABASE IF NOT EXISTS identity CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
GRANT ALL PRIVILEGES ON auth.* TO 'sluice'@'%';
GRANT ALL PRIVILEGES ON identity.* TO 'sluice'@'%';
