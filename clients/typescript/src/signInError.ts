/** Why somebody could not be signed in. */
export type Reason =
  /** The username or the password is wrong: pools do not tell which. */
  | 'wrong'
  /** No code is sent to this person: ask for the password. */
  | 'password-needed'
  /** The code was wrong too often, or is too old. */
  | 'wrong-code'
  /** The person took too long, and the session of the challenge is over: begin again. */
  | 'expired'
  /** Too many attempts: in a quarter of an hour again, or reset the password. */
  | 'too-many'
  /** The pools could not be asked: in a moment again. */
  | 'try-later'
  | 'disabled'
  /** The sign-up was never confirmed: confirm it, in the new pool. */
  | 'not-confirmed'
  /** The password must be reset. */
  | 'reset-needed'
  /** The new password does not follow the pool's policy, or was used before, too often. */
  | 'password-refused'
  /** Something that no person can do anything about; the cause says more. */
  | 'failed';

/** A sign-in that ended without a session. */
export class SignInError extends Error {
  constructor(
    readonly reason: Reason,
    cause?: unknown,
  ) {
    super(`signing in ended: ${reason}`, { cause });
    this.name = 'SignInError';
  }

  static of(error: unknown): SignInError {
    return error instanceof SignInError ? error : new SignInError(reasonOf(error), error);
  }
}

/** What an error of Cognito means for the person. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof SignInError) return error.reason;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  switch (name) {
    case 'NotAuthorizedException':
      if (message.includes('disabled')) return 'disabled';
      if (message.includes('Invalid session') || message.includes('session is expired')) return 'expired';
      return message.includes('attempts exceeded') ? 'too-many' : 'wrong';
    case 'UserNotFoundException':
      return 'wrong';
    case 'CodeMismatchException':
      return 'wrong-code';
    case 'ExpiredCodeException':
      return 'expired';
    case 'UserNotConfirmedException':
      return 'not-confirmed';
    case 'PasswordResetRequiredException':
      return 'reset-needed';
    case 'InvalidPasswordException':
    case 'PasswordHistoryPolicyViolationException':
      return 'password-refused';
    case 'LimitExceededException':
      return 'too-many';
    // A function of the pool failed, or said why it does not answer: TOO_MANY, TRY_LATER.
    case 'UserLambdaValidationException':
    case 'InvalidLambdaResponseException':
    case 'UnexpectedLambdaException':
      return message.includes('TOO_MANY') ? 'too-many' : 'try-later';
    case 'TooManyRequestsException':
    case 'InternalErrorException':
      return 'try-later';
    default:
      return message === 'Network error' ? 'try-later' : 'failed';
  }
}
