-- A ledger of version 3, as the release that wrote it left it: one run that is done, and one that had not ended.
CREATE TABLE events (job TEXT NOT NULL, seq INTEGER NOT NULL, time REAL NOT NULL, kind TEXT NOT NULL, said TEXT NOT NULL,PRIMARY KEY (job, seq)) WITHOUT ROWID;
INSERT INTO "events" VALUES('d0e00000000000000000000000000000',0,1795424786.455,'Submitted','{"remote_id": null}');
INSERT INTO "events" VALUES('d0e00000000000000000000000000000',1,1795424786.455,'Progress','{"stage": "looking around", "fraction": 0.0}');
INSERT INTO "events" VALUES('d0e00000000000000000000000000000',2,1795424786.458,'Progress','{"stage": "filling", "fraction": 0.0}');
INSERT INTO "events" VALUES('d0e00000000000000000000000000000',3,1795424786.460,'Finished','{"count": 1, "cost": null, "actions": [], "grid": false}');
CREATE TABLE jobs ("id" TEXT PRIMARY KEY, "created" REAL NOT NULL, "provider" TEXT NOT NULL, "prompt" TEXT, "params" TEXT NOT NULL, "count" INTEGER NOT NULL, "seed" TEXT NOT NULL, "feather_px" REAL NOT NULL, "feather" TEXT NOT NULL, "parent" TEXT, "mask" TEXT, "coverage" REAL, "operations" TEXT NOT NULL, "source" TEXT NOT NULL, "kind" TEXT NOT NULL DEFAULT 'edit', "target" TEXT NOT NULL DEFAULT 'null', "label" TEXT, "edit" TEXT NOT NULL DEFAULT 'null', "options" TEXT NOT NULL DEFAULT '{}', "owner" TEXT NOT NULL, "status" TEXT NOT NULL, "remote_id" TEXT, "error_type" TEXT, "error_text" TEXT, "error_hint" TEXT, "seconds" REAL, "cost" REAL, "remote" TEXT NOT NULL, "actions" TEXT NOT NULL, "grid" TEXT NOT NULL DEFAULT 'false', "reports" TEXT NOT NULL, "notes" TEXT NOT NULL, "finished" REAL, "deleted" REAL);
INSERT INTO "jobs" VALUES('d0e00000000000000000000000000000',1795424786.323,'local','a fox','{}',1,'7',0.0,'inside','3bdc7531a11cc474327e0453ef14173e1fbdca33','f861659f1aa370c91e6a6c43623afa5c',0.1875,'{"size": [8, 6], "steps": [{"kind": "rectangle", "box": [1.0, 1.0, 4.0, 4.0], "combine": "add"}]}','','edit','null',NULL,'null','{"engine": "auto"}','nobody','done',NULL,NULL,NULL,NULL,0.049,NULL,'{"seed": 7, "engine": "patchmatch"}','[]','false','[{"changed_inside": 0, "changed_ring": 0, "changed_outside": 0, "raw_changed_outside": 0, "raw_max_difference_outside": 0}]','[]',1795424786.470,NULL);
CREATE TABLE pictures (job TEXT NOT NULL, role TEXT NOT NULL, position INTEGER NOT NULL, digest TEXT NOT NULL,patch TEXT, base TEXT, box TEXT,PRIMARY KEY (job, role, position)) WITHOUT ROWID;
INSERT INTO "pictures" VALUES('d0e00000000000000000000000000000','composited',0,'3bdc7531a11cc474327e0453ef14173e1fbdca33','df466aabae1a27067d6c4eee71e3524534b05676','3bdc7531a11cc474327e0453ef14173e1fbdca33','[1, 1, 4, 4]');
INSERT INTO "pictures" VALUES('d0e00000000000000000000000000000','raw',0,'3bdc7531a11cc474327e0453ef14173e1fbdca33','df466aabae1a27067d6c4eee71e3524534b05676','3bdc7531a11cc474327e0453ef14173e1fbdca33','[1, 1, 4, 4]');
CREATE INDEX jobs_unfinished ON jobs (created) WHERE finished IS NULL;
CREATE INDEX pictures_patched ON pictures (digest) WHERE patch IS NOT NULL;
CREATE INDEX pictures_digest ON pictures (digest);
CREATE INDEX pictures_patch ON pictures (patch) WHERE patch IS NOT NULL;
CREATE INDEX pictures_base ON pictures (base) WHERE base IS NOT NULL;
CREATE INDEX jobs_parent ON jobs (parent);
CREATE INDEX jobs_history ON jobs (created, id, provider, status, finished, parent, prompt, source);
INSERT INTO "jobs" (id, created, provider, prompt, params, count, seed, feather_px, feather, parent, mask, operations, source, owner, status, remote_id, remote, actions, reports, notes)
    VALUES ('1ef7', 1795424800.0, 'paid', 'an owl', '{}', 1, 'null', 0.0, 'inside', '3bdc7531a11cc474327e0453ef14173e1fbdca33', 'f861659f1aa370c91e6a6c43623afa5c', '{}', '', 'nobody', 'submitting', 'remote-1', '{}', '[]', '[]', '[]');
PRAGMA user_version = 3;
