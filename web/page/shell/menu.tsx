import type { IconName } from '../ui/icon.tsx';
import { Icon } from '../ui/icon.tsx';
import { Link } from './link.tsx';
import { useRoute } from './navigation.ts';
import type { Route } from './route.ts';
import { useService } from './service-context.tsx';

interface Entry {
  readonly name: string;
  readonly icon: IconName;
  readonly to: Route;
  /** The views that belong to it. */
  readonly views: readonly Route['view'][];
}

const ENTRIES: readonly Entry[] = [
  { name: 'Ask', icon: 'ask', to: { view: 'ask' }, views: ['ask'] },
  { name: 'Runs', icon: 'runs', to: { view: 'runs' }, views: ['runs', 'run'] },
  { name: 'Schema', icon: 'schema', to: { view: 'schema', table: null }, views: ['schema'] },
  {
    name: 'Procedures',
    icon: 'procedures',
    to: { view: 'procedures' },
    views: ['procedures', 'procedure'],
  },
  { name: 'Advice', icon: 'advice', to: { view: 'advice', id: null }, views: ['advice'] },
  { name: 'Settings', icon: 'settings', to: { view: 'settings' }, views: ['settings'] },
];

/** The way around: beside the view where there is room, below it where there is not. */
export function Menu() {
  const { view } = useRoute();
  return (
    <header class="menu">
      <Link to={{ view: 'ask' }} class="menu-brand">
        <Logo />
        <span>HeliosDB</span>
      </Link>
      <nav class="menu-entries" aria-label="Main">
        {ENTRIES.map(({ name, icon, to, views }) => (
          <Link key={name} to={to} class="menu-entry" isCurrent={views.includes(view)}>
            <Icon name={icon} />
            <span>{name}</span>
          </Link>
        ))}
      </nav>
      <Where />
    </header>
  );
}

/** Which database this is, and who one is there. */
function Where() {
  const { catalog, me } = useService();
  const isLost = catalog.resource.state === 'failed';
  const { value } = catalog.resource;
  return (
    <dl class="menu-where">
      <div>
        <dt>Database</dt>
        <dd title={value?.database}>
          {isLost ? 'not reached' : (value?.database ?? '…')}
          {value?.isReadOnly === true && <span class="tag">read-only</span>}
        </dd>
      </div>
      {me.resource.value !== null && (
        <div>
          <dt>You are</dt>
          <dd>
            {me.resource.value.name} <span class="tag">{me.resource.value.databaseRole}</span>
          </dd>
        </div>
      )}
    </dl>
  );
}

/** A sun above its horizon. */
function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="logo-sun" d="M9 22.5a7 7 0 0 1 14 0z" />
      <path
        class="logo-lines"
        d="M3 22.5h26M16 8v3.5M7.2 12.2l2.3 2.6M24.8 12.2l-2.3 2.6M9.5 26.5h13"
      />
    </svg>
  );
}
