-- What the agent remembers: conversations, and questions whose SQL a person has verified.
-- Tables without keys: rows are replaced as a whole, and a key would make that fail.

CREATE TABLE heliosdb.conversations (
  conversation_id VARCHAR NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  -- The first question.
  title VARCHAR NOT NULL
);

CREATE TABLE heliosdb.conversation_turns (
  conversation_id VARCHAR NOT NULL,
  -- Counts from 1.
  turn INTEGER NOT NULL,
  asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  -- As it was typed; a follow-up makes sense only after the turns before it.
  question VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  answer VARCHAR NOT NULL,
  sql VARCHAR,
  -- The plan that ran, with its assumptions and the meanings of words; null when none did.
  plan JSON
);

CREATE TABLE heliosdb.verified_questions (
  question VARCHAR NOT NULL,
  sql VARCHAR NOT NULL,
  saved_at TIMESTAMP WITH TIME ZONE NOT NULL
);
