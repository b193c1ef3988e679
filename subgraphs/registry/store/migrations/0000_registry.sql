CREATE SCHEMA IF NOT EXISTS "registry";
--> statement-breakpoint
CREATE TABLE "registry"."model_alias" (
	"project_id" uuid NOT NULL,
	"model_id" uuid NOT NULL,
	"alias" text NOT NULL,
	"version" integer NOT NULL,
	CONSTRAINT "model_alias_model_id_alias_pk" PRIMARY KEY("model_id","alias")
);
--> statement-breakpoint
CREATE TABLE "registry"."model_version" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"model_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"stage" text NOT NULL,
	"source" text NOT NULL,
	"artifact_uri" text,
	"run_id" text,
	"run_link" text DEFAULT '' NOT NULL,
	"logged_model_id" text,
	"description" text,
	"created_by" text NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"intent_key" text,
	"claimed_until" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "model_version_in_project" UNIQUE("project_id","id"),
	CONSTRAINT "model_version_number" UNIQUE("model_id","version"),
	CONSTRAINT "model_version_status" CHECK ("registry"."model_version"."status" IN ('PENDING_REGISTRATION', 'READY', 'FAILED_REGISTRATION')),
	CONSTRAINT "model_version_stage" CHECK ("registry"."model_version"."stage" IN ('None', 'Staging', 'Production', 'Archived'))
);
--> statement-breakpoint
CREATE TABLE "registry"."model_version_tag" (
	"project_id" uuid NOT NULL,
	"version_id" uuid NOT NULL,
	"key" text NOT NULL,
	"value" text NOT NULL,
	CONSTRAINT "model_version_tag_version_id_key_pk" PRIMARY KEY("version_id","key")
);
--> statement-breakpoint
CREATE TABLE "registry"."registered_model" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"skeleton" text NOT NULL,
	"description" text,
	"owner_id" text NOT NULL,
	"next_version" integer DEFAULT 1 NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "registered_model_in_project" UNIQUE("project_id","id"),
	CONSTRAINT "registered_model_name" UNIQUE("project_id","name"),
	CONSTRAINT "registered_model_skeleton" UNIQUE("project_id","skeleton")
);
--> statement-breakpoint
CREATE TABLE "registry"."registered_model_tag" (
	"project_id" uuid NOT NULL,
	"model_id" uuid NOT NULL,
	"key" text NOT NULL,
	"value" text NOT NULL,
	CONSTRAINT "registered_model_tag_model_id_key_pk" PRIMARY KEY("model_id","key")
);
--> statement-breakpoint
ALTER TABLE "registry"."model_alias" ADD CONSTRAINT "model_alias_model" FOREIGN KEY ("project_id","model_id") REFERENCES "registry"."registered_model"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."model_alias" ADD CONSTRAINT "model_alias_number" FOREIGN KEY ("model_id","version") REFERENCES "registry"."model_version"("model_id","version") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."model_version" ADD CONSTRAINT "model_version_model" FOREIGN KEY ("project_id","model_id") REFERENCES "registry"."registered_model"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."model_version_tag" ADD CONSTRAINT "model_version_tag_version" FOREIGN KEY ("project_id","version_id") REFERENCES "registry"."model_version"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."registered_model_tag" ADD CONSTRAINT "registered_model_tag_model" FOREIGN KEY ("project_id","model_id") REFERENCES "registry"."registered_model"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "model_alias_version" ON "registry"."model_alias" USING btree ("model_id","version");--> statement-breakpoint
CREATE INDEX "model_version_run" ON "registry"."model_version" USING btree ("project_id","run_id") WHERE "registry"."model_version"."run_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "model_version_updated" ON "registry"."model_version" USING btree ("project_id","updated_at");--> statement-breakpoint
CREATE INDEX "model_version_pending" ON "registry"."model_version" USING btree ("claimed_until") WHERE "registry"."model_version"."status" = 'PENDING_REGISTRATION';--> statement-breakpoint
CREATE INDEX "model_version_intent" ON "registry"."model_version" USING btree ("project_id","intent_key") WHERE "registry"."model_version"."intent_key" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "registered_model_updated" ON "registry"."registered_model" USING btree ("project_id","updated_at");