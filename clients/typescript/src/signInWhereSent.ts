/**
 * Signs people in to the pool that the route sends them to.
 *
 * Copy this file beside signIn.ts and route.ts. Keep `pool` with the session: its tokens are refreshed there, and nowhere else, for as
 * long as it lasts (docs/routing.md, "Sessions").
 */
import type { CognitoUserSession } from 'amazon-cognito-identity-js';
import type { Router } from './route';
import { signIn } from './signIn';
import type { Ask, Pool } from './signIn';

/** Both pools, as the application knows them. The route chooses between these two and can name no other. */
export interface Pools {
  /** Its `continuity` is `none`: nobody has to be carried over to where they are. */
  old: Pool;
  new: Pool;
}

/** Rejects as {@link signIn} does. Whom one pool refuses is not tried in the other: the password would be checked twice, and nobody would know who has the say. */
export async function signInWhereSent(
  router: Router,
  pools: Pools,
  ask: Ask,
  username: string,
  password?: string,
): Promise<{ pool: 'old' | 'new'; session: CognitoUserSession }> {
  const { pool } = await router.sent();
  return { pool, session: await signIn(pools[pool], ask, username, password) };
}
