CREATE TABLE "identity"."known_addresses" (
	"bucket" varchar(64) PRIMARY KEY NOT NULL,
	"seen_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "known_addresses_seen" ON "identity"."known_addresses" USING btree ("seen_at");