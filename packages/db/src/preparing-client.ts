import pg from 'pg';

const marked = /^\s*\/\* prepare: (\w+) \*\//;

/**
 * Statements that begin with `/* prepare: name *\/` are parsed and planned once per connection instead of once per call. For the few hot ones
 * whose best plan does not depend on their parameters; Kysely itself has no way to name a statement.
 */
export class PreparingClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg declares ten overloads of query; all but the one of Kysely's pass through untouched
  override query(...call: any[]): any {
    const [text, values] = call;
    const name = typeof text === 'string' ? marked.exec(text)?.[1] : undefined;
    return name ? super.query({ name, text, values }) : Reflect.apply(super.query, this, call);
  }
}
