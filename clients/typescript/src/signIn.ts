/**
 * Signs people in to the new user pool, those too whose password only the old pool knows.
 *
 * Copy this file. What it does, and why in this order: docs/sign-in.md.
 */
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';
import type { CognitoUserSession, IAuthenticationCallback } from 'amazon-cognito-identity-js';
import { SignInError, reasonOf } from './signInError';
import type { Reason } from './signInError';

/** How often Cognito's own questions are asked, before a wrong answer ends the sign-in. It keeps their session. */
const TRIES = 3;

/** The new pool, and how it is set up. */
export interface Pool {
  userPoolId: string;
  clientId: string;
  /** Where the pool answers, if that is not AWS. */
  endpoint?: string;
  /** The stack's parameter SignInContinuity. */
  continuity: 'none' | 'migration' | 'challenges' | 'all';
  /** With SRP, the default, the password does not leave the application unless it has to be carried over. */
  plainFlow?: 'USER_SRP_AUTH' | 'USER_PASSWORD_AUTH';
}

/** Asks the person. A promise that is rejected ends the sign-in. */
export interface Ask {
  /** A new password: the old one was right, but temporary, or the new pool's policy does not take it. Asked again if refused again. */
  newPassword(): Promise<string>;
  /** The code that was just sent there. Asked again if it was wrong. */
  code(medium: 'EMAIL' | 'SMS', destination: string): Promise<string>;
  /** A second factor: SMS_MFA or SOFTWARE_TOKEN_MFA. Asked again if it was wrong. */
  secondFactor(kind: string): Promise<string>;
}

/**
 * Signs somebody in; without a password where only a code will do. Rejects with a {@link SignInError}, whose reason says what to tell
 * the person.
 */
export async function signIn(pool: Pool, ask: Ask, username: string, password?: string): Promise<CognitoUserSession> {
  const flow = pool.plainFlow ?? 'USER_SRP_AUTH';
  const takes = (way: Pool['continuity']) => pool.continuity === way || pool.continuity === 'all';
  const ways: (() => Promise<CognitoUserSession>)[] = [];
  if (password !== undefined) {
    ways.push(() => plainly(pool, ask, flow, username, password));
  }
  if (takes('challenges')) {
    ways.push(() => byChallenges(pool, ask, flow, username, password));
  }
  // The migration trigger is handed the password, so SRP cannot run it. Whoever was migrated signs in by SRP from then on.
  if (password !== undefined && takes('migration') && flow !== 'USER_PASSWORD_AUTH') {
    ways.push(() => plainly(pool, ask, 'USER_PASSWORD_AUTH', username, password));
  }
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      // Whoever the new pool does not know by this password may be known by the next way. Nothing else is tried again.
      if (reasonOf(error) !== 'wrong') throw SignInError.of(error);
    }
  }
  throw new SignInError(password === undefined ? 'password-needed' : 'wrong');
}

async function plainly(pool: Pool, ask: Ask, flow: string, username: string, password: string) {
  const user = userOf(pool, username);
  user.setAuthenticationFlowType(flow);
  const details = new AuthenticationDetails({ Username: username, Password: password });
  return finish(user, ask, await step((then) => user.authenticateUser(details, then)));
}

/** CUSTOM_AUTH: the pool asks, in `type`, for what it needs. */
async function byChallenges(pool: Pool, ask: Ask, flow: string, username: string, password: string | undefined) {
  const user = userOf(pool, username);
  const details = new AuthenticationDetails({ Username: username });
  let now = await step((then) => user.initiateAuth(details, then));
  let asked: string | undefined;
  while ('challenge' in now) {
    const { type, medium, destination } = now.challenge;
    let answer: string;
    if (type === 'PASSWORD') {
      if (password === undefined) throw new SignInError('password-needed');
      if (asked !== undefined) throw new SignInError('wrong');
      answer = password;
    } else if (type === 'NEW_PASSWORD') {
      answer = password = await ask.newPassword();
    } else if (type === 'CODE') {
      answer = await ask.code(medium === 'SMS' ? 'SMS' : 'EMAIL', destination ?? '');
    } else if (type === 'SIGN_IN' && password !== undefined) {
      // The password is carried over, and plain sign-in asks for the second factor.
      return plainly(pool, ask, flow, username, password);
    } else {
      throw new SignInError('failed');
    }
    asked = type;
    try {
      now = await step((then) => user.sendCustomChallengeAnswer(answer, then));
    } catch (error) {
      if (reasonOf(error) !== 'wrong' || asked === 'PASSWORD') throw error;
      throw new SignInError(asked === 'CODE' ? 'wrong-code' : 'password-refused', error);
    }
  }
  return finish(user, ask, now);
}

/** What Cognito itself asks for after a right password: a new password for a temporary one, a second factor. */
async function finish(user: CognitoUser, ask: Ask, now: Step): Promise<CognitoUserSession> {
  for (;;) {
    if ('session' in now) return now.session;
    if ('temporary' in now) {
      now = await correctable('password-refused', async () => {
        const password = await ask.newPassword();
        return step((then) => user.completeNewPasswordChallenge(password, {}, then));
      });
    } else if ('factors' in now) {
      const factor = now.factors.find((kind) => kind === 'SOFTWARE_TOKEN_MFA') ?? 'SMS_MFA';
      now = await step((then) => user.sendMFASelectionAnswer(factor, then));
    } else if ('factor' in now) {
      const { factor } = now;
      now = await correctable('wrong-code', async () => {
        const code = await ask.secondFactor(factor);
        return step((then) => user.sendMFACode(code, then, factor));
      });
    } else {
      throw new SignInError('failed');
    }
  }
}

/** Asks again after an answer that is refused for this reason. */
async function correctable(reason: Reason, answer: () => Promise<Step>): Promise<Step> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await answer();
    } catch (error) {
      if (left === 1 || reasonOf(error) !== reason) throw error;
    }
  }
}

type Step =
  | { session: CognitoUserSession }
  | { challenge: Record<string, string | undefined> }
  | { temporary: true }
  | { factor: string }
  | { factors: string[] };

/** One call to the pool, as a promise of what it asks for next. */
function step(call: (then: Required<IAuthenticationCallback>) => void): Promise<Step> {
  return new Promise((resolve, reject) =>
    call({
      onSuccess: (session) => resolve({ session }),
      onFailure: reject,
      customChallenge: (challenge) => resolve({ challenge }),
      newPasswordRequired: () => resolve({ temporary: true }),
      mfaRequired: (factor) => resolve({ factor }),
      totpRequired: (factor) => resolve({ factor }),
      selectMFAType: (_, choice) => resolve({ factors: JSON.parse(choice.MFAS_CAN_CHOOSE) }),
      mfaSetup: () => reject(new SignInError('failed')),
    }),
  );
}

/** A user object for one attempt: the library keeps in it what the pool calls the user. */
function userOf({ userPoolId, clientId, endpoint }: Pool, username: string): CognitoUser {
  const address = endpoint === undefined ? {} : { endpoint };
  const pool = new CognitoUserPool({ UserPoolId: userPoolId, ClientId: clientId, ...address });
  return new CognitoUser({ Username: username, Pool: pool });
}
