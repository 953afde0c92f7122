import { validationError } from '@imagegen/core/validation/validate';
import { type PostPolicy, refusePost } from '@imagegen/runtime/guarded-post';

/**
 * A URL as it is kept: spelled as `URL.href` spells it, without a fragment. Throws VALIDATION_ERROR for one that nothing would ever be sent to.
 */
export function checkTarget(text: string, path: string, policy: PostPolicy): string {
  const refused = refusePost(text, policy);
  if (refused) throw validationError([{ path, message: refused }]);
  const url = new URL(text);
  url.hash = '';
  return url.href;
}
