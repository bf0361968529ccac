/** The rights of a procedure; those that change or leave the database stand out. */
export function Capabilities({ capabilities }: { readonly capabilities: readonly string[] }) {
  if (capabilities.length === 0) {
    return <p class="rights-none">No rights: it sees its arguments only.</p>;
  }
  return (
    <ul class="rights" aria-label="Rights">
      {capabilities.map((capability) => (
        <li key={capability} class={/^(read:|crypto)/.test(capability) ? '' : 'right-strong'}>
          {capability}
        </li>
      ))}
    </ul>
  );
}
