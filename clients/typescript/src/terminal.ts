/**
 * One sign-in, over lines of JSON: how a program of another language uses this client, and how the tests do.
 *
 * First line in: {"pool": …, "username": …, "password": …}, the last if there is one. Each line out is a question, {"ask": "code", …}, which the next line in
 * answers with a JSON string; or the end: {"tokens": {"id": …, "access": …}} or {"refused": "wrong"}.
 *
 * With {"route": …, "pools": …} instead of a pool the route says which, and the end has {"pool": "new"} beside the tokens. With {"route": …} alone each
 * further line is a time in milliseconds at which the route is asked, and is answered with where it sends; "again" stands for the application that was started anew.
 */
import { createInterface } from 'node:readline';
import { Router } from './route';
import type { Asked } from './route';
import { signIn } from './signIn';
import type { Ask, Pool } from './signIn';
import { SignInError } from './signInError';
import { signInWhereSent } from './signInWhereSent';
import type { Pools } from './signInWhereSent';

const input = createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();

async function line(): Promise<unknown> {
  const { done, value } = await lines.next();
  if (done) throw new SignInError('failed', 'nobody answers');
  return JSON.parse(value);
}

function tell(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

async function answer(question: object): Promise<string> {
  tell(question);
  return String(await line());
}

interface Begin {
  pool: Pool;
  route?: Asked;
  pools?: Pools;
  username: string;
  password?: string;
}

async function enter({ pool, route, pools, username, password }: Begin, ask: Ask) {
  if (route === undefined || pools === undefined) return { session: await signIn(pool, ask, username, password) };
  return signInWhereSent(new Router(route), pools, ask, username, password);
}

/** Where the route sends, time by time. */
async function routes(asked: Asked): Promise<void> {
  let now = 0;
  const storage = new Map<string, string>();
  const kept = {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => void storage.set(key, value),
  };
  let router = new Router(asked, kept, () => now);
  for (;;) {
    const { done, value } = await lines.next();
    if (done) return;
    const said: unknown = JSON.parse(value);
    if (said === 'again') router = new Router(asked, kept, () => now);
    else now = Number(said);
    // Two at once are one question.
    const [{ pool, from }] = await Promise.all([router.sent(), router.sent()]);
    tell({ pool, from });
  }
}

async function main(): Promise<void> {
  const begin = (await line()) as Begin;
  if (begin.route !== undefined && begin.pools === undefined) return routes(begin.route);
  const ask = {
    newPassword: () => answer({ ask: 'new-password' }),
    code: (medium: string, destination: string) => answer({ ask: 'code', medium, destination }),
    secondFactor: (kind: string) => answer({ ask: 'second-factor', kind }),
  };
  try {
    const { session, ...where } = await enter(begin, ask);
    const tokens = { id: session.getIdToken().getJwtToken(), access: session.getAccessToken().getJwtToken() };
    tell({ tokens, ...where });
  } catch (error) {
    const { reason, cause } = SignInError.of(error);
    tell({ refused: reason, cause: cause instanceof Error ? cause.name : undefined });
  }
}

void main().finally(() => input.close());
