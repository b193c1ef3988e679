CREATE TABLE "registry"."webhook" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"url" text NOT NULL,
	"events" text[] NOT NULL,
	"status" text NOT NULL,
	"secret" "bytea",
	"created_by" text NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "webhook_in_project" UNIQUE("project_id","id"),
	CONSTRAINT "webhook_status" CHECK ("registry"."webhook"."status" IN ('ACTIVE', 'DISABLED'))
);
--> statement-breakpoint
CREATE TABLE "registry"."webhook_delivery" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"webhook_id" uuid NOT NULL,
	"event" text NOT NULL,
	"body" text NOT NULL,
	"state" text DEFAULT 'PENDING' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone DEFAULT now() NOT NULL,
	"lease" uuid,
	"last_status" integer,
	"last_reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "webhook_delivery_state" CHECK ("registry"."webhook_delivery"."state" IN ('PENDING', 'DELIVERED', 'FAILED'))
);
--> statement-breakpoint
ALTER TABLE "registry"."webhook_delivery" ADD CONSTRAINT "webhook_delivery_webhook" FOREIGN KEY ("project_id","webhook_id") REFERENCES "registry"."webhook"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_delivery_due" ON "registry"."webhook_delivery" USING btree ("due_at") WHERE "registry"."webhook_delivery"."state" = 'PENDING';--> statement-breakpoint
CREATE INDEX "webhook_delivery_finished" ON "registry"."webhook_delivery" USING btree ("finished_at") WHERE "registry"."webhook_delivery"."finished_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "webhook_delivery_webhook" ON "registry"."webhook_delivery" USING btree ("project_id","webhook_id");