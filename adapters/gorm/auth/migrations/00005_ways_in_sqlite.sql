-- +goose Up
-- How a user logs in: by password, or by the university's sign-on alone. Who has no password has an empty hash.
ALTER TABLE auth_users ADD COLUMN login TEXT NOT NULL DEFAULT 'password' CHECK (login IN ('password', 'sign_on'));

-- Users made by the sign-on used to get the hash of a text that stands in the source. No SQL can tell such a hash, so the
-- program tests each of these once and takes it off the list.
CREATE TABLE auth_untested_passwords (
    user_id  TEXT PRIMARY KEY,
    -- Made by the sign-on, changed by who knew "the current one", and given by no administrator or link: it was set with
    -- that text.
    stranger BOOLEAN NOT NULL DEFAULT FALSE
);
INSERT INTO auth_untested_passwords (user_id) SELECT id FROM auth_users WHERE password_hash <> '';
UPDATE auth_untested_passwords SET stranger = TRUE
WHERE user_id IN (SELECT target FROM auth_audit WHERE action = 'user.added' AND actor = '')
  AND user_id IN (SELECT target FROM auth_audit WHERE action = 'password.changed' AND actor = target)
  AND user_id NOT IN (SELECT target FROM auth_audit WHERE action = 'reset.used')
  AND user_id NOT IN (SELECT target FROM auth_audit WHERE action = 'user.changed' AND actor <> '');

-- +goose Down
-- The version before compares every hash, so this is one that no password has: its sum is all zeros.
UPDATE auth_users SET password_hash = '$2a$11$.....................................................' WHERE password_hash = '';
DROP TABLE auth_untested_passwords;
ALTER TABLE auth_users DROP COLUMN login;
