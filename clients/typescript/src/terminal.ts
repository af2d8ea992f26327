/**
 * One sign-in, over lines of JSON: how a program of another language uses this client, and how the tests do.
 *
 * First line in: {"pool": …, "username": …, "password": …}, the last if there is one. Each line out is a question, {"ask": "code", …}, which the next line in
 * answers with a JSON string; or the end: {"tokens": {"id": …, "access": …}} or {"refused": "wrong"}.
 */
import { createInterface } from 'node:readline';
import { signIn } from './signIn';
import type { Pool } from './signIn';
import { SignInError } from './signInError';

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

async function main(): Promise<void> {
  const { pool, username, password } = (await line()) as { pool: Pool; username: string; password?: string };
  const ask = {
    newPassword: () => answer({ ask: 'new-password' }),
    code: (medium: string, destination: string) => answer({ ask: 'code', medium, destination }),
    secondFactor: (kind: string) => answer({ ask: 'second-factor', kind }),
  };
  try {
    const session = await signIn(pool, ask, username, password);
    tell({ tokens: { id: session.getIdToken().getJwtToken(), access: session.getAccessToken().getJwtToken() } });
  } catch (error) {
    const { reason, cause } = SignInError.of(error);
    tell({ refused: reason, cause: cause instanceof Error ? cause.name : undefined });
  }
}

void main().finally(() => input.close());
