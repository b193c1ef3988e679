-- Every change of a table that decisions read makes the policy epoch grow, also a change made by hand.
-- A new token changes no answer that somebody could still hold, so tokens bump on change and removal only.
INSERT INTO "identity"."policy_epoch" ("id", "epoch") VALUES (1, 1);
--> statement-breakpoint
-- SECURITY DEFINER: whoever may write a grant need not be able to write the epoch.
CREATE FUNCTION "identity"."bump_policy_epoch"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
	UPDATE "identity"."policy_epoch" SET "epoch" = "epoch" + 1 WHERE "id" = 1;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "user_policy_epoch" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "auth"."user" FOR EACH STATEMENT EXECUTE FUNCTION "identity"."bump_policy_epoch"();
--> statement-breakpoint
CREATE TRIGGER "user_permission_policy_epoch" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "auth"."user_permission" FOR EACH STATEMENT EXECUTE FUNCTION "identity"."bump_policy_epoch"();
--> statement-breakpoint
CREATE TRIGGER "projects_policy_epoch" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "identity"."projects" FOR EACH STATEMENT EXECUTE FUNCTION "identity"."bump_policy_epoch"();
--> statement-breakpoint
CREATE TRIGGER "grants_policy_epoch" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "identity"."grants" FOR EACH STATEMENT EXECUTE FUNCTION "identity"."bump_policy_epoch"();
--> statement-breakpoint
CREATE TRIGGER "tokens_policy_epoch" AFTER UPDATE OR DELETE OR TRUNCATE ON "identity"."tokens" FOR EACH STATEMENT EXECUTE FUNCTION "identity"."bump_policy_epoch"();
