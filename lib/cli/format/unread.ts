/** Warnings about regions whose instances could not be listed: what is there is not known, so counts are incomplete. */
export const unreadWarnings = (unread: ReadonlyMap<string, string>): string[] =>
  [...unread].map(
    ([region, cause]) => `the workers in ${region} could not be listed, so they are missing here: ${cause}`,
  );
