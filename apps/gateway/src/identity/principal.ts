/** Who is calling. */
export type Principal = { userId: number; role: 'user' | 'admin'; keyId: string };
