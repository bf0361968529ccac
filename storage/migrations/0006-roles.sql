-- Roles, and what they may do. The owner, who opens the file without a role, needs no rows here.

CREATE TABLE heliosdb.roles (
  -- Folded to lower case, as names of roles are compared.
  name VARCHAR PRIMARY KEY,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()
);

CREATE TABLE heliosdb.grants (
  role VARCHAR NOT NULL,
  privilege VARCHAR NOT NULL
    CHECK (privilege IN ('EXECUTE', 'ALTER', 'CREATE PROCEDURE', 'SELECT', 'WRITE')),
  -- A procedure's id for EXECUTE and ALTER, a table as capabilities name it for SELECT and WRITE;
  -- * stands for all of them, and for nothing in particular with CREATE PROCEDURE.
  object VARCHAR NOT NULL,
  granted_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
  PRIMARY KEY (role, privilege, object)
);
