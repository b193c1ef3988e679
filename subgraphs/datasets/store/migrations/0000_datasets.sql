CREATE TABLE "announced_object" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"object_key" text NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dataset" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"owner_id" text NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"last_version" integer DEFAULT 0 NOT NULL,
	"deleted_at" bigint,
	"deleted_by" text,
	CONSTRAINT "dataset_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "dataset_tag" (
	"project_id" uuid NOT NULL,
	"dataset_id" uuid NOT NULL,
	"key" text NOT NULL,
	"value" text NOT NULL,
	CONSTRAINT "dataset_tag_dataset_id_key_pk" PRIMARY KEY("dataset_id","key")
);
--> statement-breakpoint
CREATE TABLE "dataset_version" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"dataset_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"sha256" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"row_count" bigint NOT NULL,
	"format" text NOT NULL,
	"file_name" text NOT NULL,
	"object_key" text NOT NULL,
	"message" text,
	"columns" jsonb NOT NULL,
	"sample" text NOT NULL,
	"created_at" bigint NOT NULL,
	"created_by" text NOT NULL,
	CONSTRAINT "dataset_version_number" UNIQUE("dataset_id","version"),
	CONSTRAINT "dataset_version_bytes" UNIQUE("dataset_id","sha256")
);
--> statement-breakpoint
ALTER TABLE "dataset_tag" ADD CONSTRAINT "dataset_tag_project_id_dataset_id_dataset_project_id_id_fk" FOREIGN KEY ("project_id","dataset_id") REFERENCES "dataset"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset_version" ADD CONSTRAINT "dataset_version_project_id_dataset_id_dataset_project_id_id_fk" FOREIGN KEY ("project_id","dataset_id") REFERENCES "dataset"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "announced_object_key" ON "announced_object" USING btree ("object_key");--> statement-breakpoint
CREATE UNIQUE INDEX "dataset_live_name" ON "dataset" USING btree ("project_id","name" COLLATE "C") WHERE "dataset"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "dataset_version_object" ON "dataset_version" USING btree ("object_key");