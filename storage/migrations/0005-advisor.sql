-- What the advisor found and what became of it. A finding that nobody decided about is not kept: it
-- is found again from the same facts, with the same id.

CREATE TABLE heliosdb.advisor_findings (
  -- Made of the rule, the procedure and what the finding is about; the same in every run.
  id VARCHAR NOT NULL,
  procedure_id VARCHAR NOT NULL,
  procedure VARCHAR NOT NULL,
  rule VARCHAR NOT NULL,
  state VARCHAR NOT NULL CHECK (state IN (
    'proposed', 'replaying', 'verified', 'refuted', 'inconclusive', 'not_replayable',
    'applied', 'watching', 'kept', 'reverted', 'dismissed')),
  -- Why it is in that state, in words.
  reason VARCHAR,
  -- The finding as it was shown, with its evidence.
  finding JSON NOT NULL,
  -- What a replay measured.
  verdict JSON,
  -- The statements that were run to apply it, and those that take it back.
  change JSON,
  -- The procedure's figures when the change was applied, which later ones are compared with.
  baseline JSON,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()
);

-- Every change of a finding's state, oldest first.
CREATE TABLE heliosdb.advisor_transitions (
  finding_id VARCHAR NOT NULL,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
  from_state VARCHAR NOT NULL,
  to_state VARCHAR NOT NULL,
  reason VARCHAR
);
