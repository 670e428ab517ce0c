/** A row of figures, each with its name. */
export function Cards({ of }: { readonly of: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl class="cards">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
