import { useState } from 'preact/hooks';
import type { Identity } from '../api/contract.ts';
import { request } from '../api/request.ts';
import { isTokenRemembered, keepToken, readToken } from '../api/token.ts';
import { useService } from '../shell/service-context.tsx';
import { announce } from '../ui/announcer.tsx';
import { ProblemNotice } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import type { Theme } from './theme.ts';
import { readTheme, setTheme, THEMES } from './theme.ts';

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
};

export function SettingsView() {
  return (
    <>
      <header class="view-head">
        <h1>Settings</h1>
      </header>
      <ThemeSetting />
      <TokenSetting />
    </>
  );
}

function ThemeSetting() {
  const [theme, show] = useState(readTheme);
  return (
    <fieldset class="setting">
      <legend>Appearance</legend>
      <div class="radios">
        {THEMES.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="theme"
              checked={one === theme}
              onChange={() => {
                setTheme(one);
                show(one);
              }}
            />
            {THEME_NAMES[one]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function TokenSetting() {
  const { catalog, me } = useService();
  const [token, setToken] = useState('');
  const [isRemembered, setRemembered] = useState(isTokenRemembered);
  const [isKept, setKept] = useState(() => readToken() !== null);
  const checking = useAction();
  const use = (next: string | null): void =>
    void checking.start(async () => {
      const before = readToken();
      keepToken(next, isRemembered);
      try {
        const { name, role } = await request<Identity>('/me');
        announce(`You are ${name}, ${role}`);
        setKept(next !== null);
        setToken('');
      } catch (error) {
        // A token that does not work is not kept; going without one is what was asked for.
        if (next !== null) keepToken(before, isRemembered);
        else setKept(false);
        throw error;
      } finally {
        me.reload();
        catalog.reload();
      }
    });
  const who = me.resource.value;
  return (
    <form
      class="setting"
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim() !== '') use(token.trim());
      }}
    >
      <h2>Access</h2>
      <p>
        {who === null ? (
          'The service has not said who you are.'
        ) : (
          <>
            You are <strong>{who.name}</strong> with role <strong>{who.role}</strong>
            {who.databaseRole !== who.role && (
              <>
                {' '}
                and see what the database grants to <strong>{who.databaseRole}</strong>
              </>
            )}
            {isKept ? ', by the token kept here.' : '; no token is kept here.'}
          </>
        )}
      </p>
      <label class="field">
        <span>Token</span>
        <input
          type="password"
          autocomplete="off"
          spellcheck={false}
          value={token}
          aria-describedby="token-help"
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <p id="token-help" class="help">
        A service that others can reach asks for one. An admin makes it with{' '}
        <code>heliosdb token create</code>.
      </p>
      <label class="check">
        <input
          type="checkbox"
          checked={isRemembered}
          onChange={(event) => setRemembered(event.currentTarget.checked)}
        />
        Remember it on this device; otherwise it is forgotten with this tab
      </label>
      <p class="setting-actions">
        <button
          type="submit"
          class="button button-main"
          disabled={checking.isBusy || token.trim() === ''}
        >
          Use this token
        </button>
        {isKept && (
          <button type="button" class="button" disabled={checking.isBusy} onClick={() => use(null)}>
            Forget the token
          </button>
        )}
      </p>
      {checking.problem !== null && (
        <ProblemNotice title="The token was not accepted" problem={checking.problem} />
      )}
    </form>
  );
}
