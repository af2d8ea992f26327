/**
 * Says which of the two pools to sign somebody in to, as the owner of the move decides it from day to day.
 *
 * Copy this file beside signIn.ts. What it does while the route does not answer, and what becomes of sessions: docs/routing.md.
 */

/** What the route answered: `GET /v1/route`. */
export interface Route {
  pool: 'old' | 'new';
  user_pool_id: string;
  region: string | null;
  client_id: string | null;
  phase: 'dual-write' | 'canary' | 'cutover' | 'rolled-back' | 'complete';
  because: 'phase' | 'list' | 'cohort' | 'share';
  version: number;
  ttl_seconds: number;
}

/** Where the last answer outlives the application: `localStorage` has this form. */
export interface Kept {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
}

/** Where the route is, and who asks. */
export interface Asked {
  /** The stack's output RouteUrl, or what stands before it. */
  url: string;
  /** The same every time, or the answer changes: a user id, or an id that is made once when the application is installed. Never an address. */
  id: string;
  /** Groups of the old pool, as far as they are known. */
  groups?: string[];
  /** Values that cohorts are made of, such as {'custom:tenant': 'acme'}. */
  values?: Record<string, string>;
  /** The application's client of the old pool. */
  client?: string;
  /** How long a person waits for an answer, in milliseconds: 3,000 unless said. After that the answer of before is better. */
  patience?: number;
}

/** Where to sign in, and why it is known. */
export interface Sent {
  pool: 'old' | 'new';
  /** `answer`: it was asked just now. `kept`: a moment ago. `before`: it does not answer, and this is what it last said. `nothing`: it never said anything. */
  from: 'answer' | 'kept' | 'before' | 'nothing';
  /** What it said, unless `nothing`. */
  route?: Route;
}

const KEY = 'twinpool.route';
const PATIENCE_MS = 3_000;
/** So long nobody asks again after an answer that did not come. */
const REST_MS = 5_000;
const LONGEST_REST_MS = 60_000;

interface Answer {
  question: string;
  at: number;
  route: Route;
}

/** Asks, and keeps the answer for as long as it says. One for the whole application. */
export class Router {
  private readonly question: string;
  private last: Answer | undefined;
  private restUntil = 0;
  private underWay: Promise<Sent> | undefined;

  constructor(
    private readonly asked: Asked,
    private readonly kept?: Kept,
    private readonly now: () => number = Date.now,
  ) {
    const query = new URLSearchParams({ id: asked.id });
    for (const group of asked.groups ?? []) query.append('group', group);
    for (const [name, value] of Object.entries(asked.values ?? {})) query.append(`value.${name}`, value);
    if (asked.client !== undefined) query.set('client', asked.client);
    this.question = query.toString();
  }

  /** Where to sign in. Never rejects: without any answer it is the old pool, where everybody is. */
  sent(): Promise<Sent> {
    this.underWay ??= this.find().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  private async find(): Promise<Sent> {
    this.last ??= await this.read();
    const { last } = this;
    if (last !== undefined && this.isFresh(last)) return { pool: last.route.pool, from: 'kept', route: last.route };
    const route = this.rests() ? undefined : await this.ask();
    if (route !== undefined) {
      this.last = { question: this.question, at: this.now(), route };
      await this.write(this.last);
      return { pool: route.pool, from: 'answer', route };
    }
    if (last !== undefined) return { pool: last.route.pool, from: 'before', route: last.route };
    return { pool: 'old', from: 'nothing' };
  }

  /** A clock that was put back makes nothing last longer. */
  private isFresh({ at, route }: Answer): boolean {
    const age = this.now() - at;
    return age >= 0 && age < route.ttl_seconds * 1_000;
  }

  /** A clock that was put back lets nobody rest longer. */
  private rests(): boolean {
    const left = this.restUntil - this.now();
    return left > 0 && left <= LONGEST_REST_MS;
  }

  private async ask(): Promise<Route | undefined> {
    let rest = REST_MS;
    // By hand: neither React Native nor an older Safari has AbortSignal.timeout.
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), this.asked.patience ?? PATIENCE_MS);
    const address = `${this.asked.url.replace(/\/+$/, '')}/v1/route?${this.question}`;
    // Kept here: a browser that kept it as well would make it twice as old.
    const request: RequestInit = { cache: 'no-store', credentials: 'omit', signal: patience.signal };
    try {
      const response = await fetch(address, request);
      if (response.ok) {
        const route: unknown = await response.json();
        if (isRoute(route)) return route;
      }
      const said = Number(response.headers.get('retry-after'));
      if (said > 0) rest = Math.min(said * 1_000, LONGEST_REST_MS);
    } catch {
      // Out of reach, too slow, or no JSON: the answer of before counts.
    } finally {
      clearTimeout(timer);
    }
    this.restUntil = this.now() + rest;
    return undefined;
  }

  /** What was kept of another question, or in another form, is nothing. */
  private async read(): Promise<Answer | undefined> {
    try {
      const answer: unknown = JSON.parse((await this.kept?.getItem(KEY)) ?? 'null');
      return isAnswer(answer) && answer.question === this.question ? answer : undefined;
    } catch {
      return undefined;
    }
  }

  private async write(answer: Answer): Promise<void> {
    try {
      await this.kept?.setItem(KEY, JSON.stringify(answer));
    } catch {
      // A full or forbidden storage costs the answer of before, and no sign-in.
    }
  }
}

function isRoute(value: unknown): value is Route {
  const { pool, ttl_seconds } = (value ?? {}) as Partial<Route>;
  return (pool === 'old' || pool === 'new') && typeof ttl_seconds === 'number';
}

function isAnswer(value: unknown): value is Answer {
  const { question, at, route } = (value ?? {}) as Partial<Answer>;
  return typeof question === 'string' && typeof at === 'number' && isRoute(route);
}
