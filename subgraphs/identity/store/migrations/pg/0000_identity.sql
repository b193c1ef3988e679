CREATE TABLE "auth"."component" (
	"id" varchar(64) PRIMARY KEY NOT NULL,
	"name" varchar(191) NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."element" (
	"id" varchar(191) PRIMARY KEY NOT NULL,
	"component_id" varchar(64) NOT NULL,
	"name" varchar(191) NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity"."grants" (
	"id" varchar(64) PRIMARY KEY NOT NULL,
	"principal_id" varchar(64) NOT NULL,
	"principal_kind" varchar(64) NOT NULL,
	"role" varchar(64),
	"permission" varchar(191),
	"project_id" varchar(64),
	"resource_type" varchar(191),
	"resource_id" varchar(191),
	"effect" varchar(64) NOT NULL,
	"valid_from" bigint NOT NULL,
	"valid_to" bigint,
	"granted_by" varchar(64) NOT NULL,
	"closed_by" varchar(64),
	"reason" varchar(191),
	"open_membership" varchar(191)
);
--> statement-breakpoint
CREATE TABLE "identity"."login_attempts" (
	"bucket" varchar(64) PRIMARY KEY NOT NULL,
	"times" text NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."operation" (
	"id" varchar(64) PRIMARY KEY NOT NULL,
	"name" varchar(191) NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."permission" (
	"id" varchar(191) PRIMARY KEY NOT NULL,
	"component_id" varchar(64) NOT NULL,
	"element_id" varchar(191) NOT NULL,
	"operation_id" varchar(64) NOT NULL,
	"description" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity"."policy_epoch" (
	"id" integer PRIMARY KEY NOT NULL,
	"epoch" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity"."projects" (
	"id" varchar(64) PRIMARY KEY NOT NULL,
	"name" varchar(191) NOT NULL,
	"title" varchar(191) NOT NULL,
	"description" text,
	"created_at" bigint NOT NULL,
	"created_by" varchar(64) NOT NULL,
	"deleted_at" bigint,
	"deleted_by" varchar(64)
);
--> statement-breakpoint
CREATE TABLE "identity"."sessions" (
	"hash" varchar(64) PRIMARY KEY NOT NULL,
	"user_id" varchar(64) NOT NULL,
	"created_at" bigint NOT NULL,
	"last_seen_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity"."token_uses" (
	"token_id" varchar(64) PRIMARY KEY NOT NULL,
	"last_used_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity"."tokens" (
	"id" varchar(64) PRIMARY KEY NOT NULL,
	"user_id" varchar(64) NOT NULL,
	"name" varchar(191) NOT NULL,
	"prefix" varchar(64) NOT NULL,
	"hash" varchar(64) NOT NULL,
	"projects" text,
	"permissions" text,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"revoked_at" bigint
);
--> statement-breakpoint
CREATE TABLE "auth"."user" (
	"id" varchar(64) PRIMARY KEY NOT NULL,
	"username" varchar(191) NOT NULL,
	"display_name" varchar(191) NOT NULL,
	"password_hash" varchar(191) NOT NULL,
	"is_admin" boolean DEFAULT false NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"must_change_password" boolean DEFAULT false NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."user_permission" (
	"user_id" varchar(64) NOT NULL,
	"permission_id" varchar(191) NOT NULL,
	"project_id" varchar(64) NOT NULL,
	CONSTRAINT "user_permission_pk" PRIMARY KEY("user_id","permission_id","project_id")
);
--> statement-breakpoint
ALTER TABLE "auth"."element" ADD CONSTRAINT "element_component" FOREIGN KEY ("component_id") REFERENCES "auth"."component"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth"."permission" ADD CONSTRAINT "permission_component" FOREIGN KEY ("component_id") REFERENCES "auth"."component"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth"."permission" ADD CONSTRAINT "permission_element" FOREIGN KEY ("element_id") REFERENCES "auth"."element"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth"."permission" ADD CONSTRAINT "permission_operation" FOREIGN KEY ("operation_id") REFERENCES "auth"."operation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth"."user_permission" ADD CONSTRAINT "user_permission_user" FOREIGN KEY ("user_id") REFERENCES "auth"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth"."user_permission" ADD CONSTRAINT "user_permission_permission" FOREIGN KEY ("permission_id") REFERENCES "auth"."permission"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "grants_open_membership" ON "identity"."grants" USING btree ("open_membership");--> statement-breakpoint
CREATE INDEX "grants_principal" ON "identity"."grants" USING btree ("principal_id","project_id");--> statement-breakpoint
CREATE INDEX "grants_project" ON "identity"."grants" USING btree ("project_id","valid_to");--> statement-breakpoint
CREATE INDEX "login_attempts_updated" ON "identity"."login_attempts" USING btree ("updated_at");--> statement-breakpoint
CREATE UNIQUE INDEX "projects_name" ON "identity"."projects" USING btree ("name");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "identity"."sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_expires" ON "identity"."sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "tokens_hash" ON "identity"."tokens" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "tokens_user" ON "identity"."tokens" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "user_username" ON "auth"."user" USING btree ("username");