-- A ledger of version 1, as the release that wrote it left it: one run that is done, and one that had not ended.
CREATE TABLE events (
    job TEXT NOT NULL, seq INTEGER NOT NULL, time REAL NOT NULL, kind TEXT NOT NULL, said TEXT NOT NULL,
    PRIMARY KEY (job, seq)) WITHOUT ROWID;
INSERT INTO "events" VALUES('d0e00000000000000000000000000000',0,1795424783.897,'Submitted','{"remote_id": null}');
INSERT INTO "events" VALUES('d0e00000000000000000000000000000',1,1795424783.897,'Progress','{"stage": "looking around", "fraction": 0.0}');
INSERT INTO "events" VALUES('d0e00000000000000000000000000000',2,1795424783.900,'Progress','{"stage": "filling", "fraction": 0.0}');
INSERT INTO "events" VALUES('d0e00000000000000000000000000000',3,1795424783.909,'Finished','{"count": 1, "cost": null, "actions": []}');
CREATE TABLE jobs ("id" TEXT PRIMARY KEY, "created" REAL NOT NULL, "provider" TEXT NOT NULL, "prompt" TEXT NOT NULL, "params" TEXT NOT NULL, "count" INTEGER NOT NULL, "seed" TEXT NOT NULL, "feather_px" REAL NOT NULL, "feather" TEXT NOT NULL, "parent" TEXT NOT NULL, "mask" TEXT NOT NULL, "operations" TEXT NOT NULL, "source" TEXT NOT NULL, "owner" TEXT NOT NULL, "status" TEXT NOT NULL, "remote_id" TEXT, "error_type" TEXT, "error_text" TEXT, "error_hint" TEXT, "seconds" REAL, "cost" REAL, "remote" TEXT NOT NULL, "actions" TEXT NOT NULL, "reports" TEXT NOT NULL, "notes" TEXT NOT NULL, "finished" REAL);
INSERT INTO "jobs" VALUES('d0e00000000000000000000000000000',1795424783.810,'local','a fox','{}',1,'7',0.0,'inside','3bdc7531a11cc474327e0453ef14173e1fbdca33','f861659f1aa370c91e6a6c43623afa5c','{"size": [8, 6], "steps": [{"kind": "rectangle", "box": [1.0, 1.0, 4.0, 4.0], "combine": "add"}]}','','nobody','done',NULL,NULL,NULL,NULL,0.022,NULL,'{"seed": 7, "engine": "patchmatch"}','[]','[{"changed_inside": 0, "changed_ring": 0, "changed_outside": 0, "raw_changed_outside": 0, "raw_max_difference_outside": 0}]','[]',1795424783.911);
CREATE TABLE pictures (
    job TEXT NOT NULL, role TEXT NOT NULL, position INTEGER NOT NULL, digest TEXT NOT NULL,
    patch TEXT, base TEXT, box TEXT,
    PRIMARY KEY (job, role, position)) WITHOUT ROWID;
INSERT INTO "pictures" VALUES('d0e00000000000000000000000000000','composited',0,'3bdc7531a11cc474327e0453ef14173e1fbdca33','df466aabae1a27067d6c4eee71e3524534b05676','3bdc7531a11cc474327e0453ef14173e1fbdca33','[1, 1, 4, 4]');
INSERT INTO "pictures" VALUES('d0e00000000000000000000000000000','raw',0,'3bdc7531a11cc474327e0453ef14173e1fbdca33','df466aabae1a27067d6c4eee71e3524534b05676','3bdc7531a11cc474327e0453ef14173e1fbdca33','[1, 1, 4, 4]');
CREATE INDEX jobs_unfinished ON jobs (created) WHERE finished IS NULL;
CREATE INDEX pictures_patched ON pictures (digest) WHERE patch IS NOT NULL;
INSERT INTO "jobs" (id, created, provider, prompt, params, count, seed, feather_px, feather, parent, mask, operations, source, owner, status, remote_id, remote, actions, reports, notes)
    VALUES ('1ef7', 1795424800.0, 'paid', 'an owl', '{}', 1, 'null', 0.0, 'inside', '3bdc7531a11cc474327e0453ef14173e1fbdca33', 'f861659f1aa370c91e6a6c43623afa5c', '{}', '', 'nobody', 'submitting', 'remote-1', '{}', '[]', '[]', '[]');
PRAGMA user_version = 1;
