/**
 * Stands for `@aws-sdk/credential-provider-node` in the bundles. Lambda gives a function its credentials in the
 * environment; profiles, SSO and the rest are never asked there and are a fifth of a bundle.
 */
export const defaultProvider = () => async () => {
  const accessKeyId = process.env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = process.env['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  if (!accessKeyId || !secretAccessKey)
    throw new Error('there are no AWS credentials in the environment of this function');
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
};
