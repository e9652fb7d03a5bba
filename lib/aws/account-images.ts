import { DescribeImagesCommand, type EC2Client, type Image } from '@aws-sdk/client-ec2';
import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';
import pMap from 'p-map';
import { type Fact, type ImageFact, known, unknown } from '../core/check/account-facts.ts';
import { describeError } from './aws-errors.ts';
import { filterValues, lookUpAll, MAX_FILTER_VALUES } from './look-up.ts';

const PARAMETER_PREFIX = 'resolve:ssm:';
/** GetParameters takes ten names (SSM API reference). */
const MAX_PARAMETERS = 10;
/** Single look-ups under way at once, of images that a list did not show. */
const CONCURRENCY = 4;

/** Images of one region by what definitions say: an id, or a parameter that holds one. */
export async function lookUpImages(
  references: readonly string[],
  ec2: EC2Client,
  ssm: SSMClient,
): Promise<Map<string, Fact<ImageFact>>> {
  const parameters = await lookUpParameters(references.filter(isParameter), ssm);
  const idOf = (reference: string) => {
    if (!isParameter(reference)) return reference;
    const parameter = parameters.get(reference);
    return parameter?.kind === 'known' ? parameter.value : undefined;
  };
  const ids = [...new Set(references.map(idOf).filter((id) => id !== undefined))];
  const images = await lookUpIds(ids, ec2);
  return new Map(
    references.map((reference): [string, Fact<ImageFact>] => {
      const id = idOf(reference);
      const image = id === undefined ? undefined : images.get(id);
      if (image !== undefined) return [reference, image];
      const parameter = parameters.get(reference);
      return [reference, parameter?.kind === 'unknown' ? parameter : known({ kind: 'no-parameter' })];
    }),
  );
}

const isParameter = (reference: string): boolean => reference.startsWith(PARAMETER_PREFIX);

function lookUpParameters(references: readonly string[], ssm: SSMClient) {
  return lookUpAll<string | undefined>(
    references,
    MAX_PARAMETERS,
    async (batch) => {
      const names = batch.map((reference) => reference.slice(PARAMETER_PREFIX.length));
      const { Parameters: found = [] } = await ssm.send(new GetParametersCommand({ Names: names }));
      // A version or a label comes back apart from the name.
      return new Map(
        found.flatMap(({ Name: name, ARN: arn, Selector: selector = '', Value: value }) =>
          [name, arn].map((key): [string, string | undefined] => [`${PARAMETER_PREFIX}${key}${selector}`, value]),
        ),
      );
    },
    undefined,
  );
}

/** A list by filter leaves out what is not there; only those are then asked for by name, which tells why. */
async function lookUpIds(ids: readonly string[], ec2: EC2Client): Promise<Map<string, Fact<ImageFact>>> {
  const listed = await lookUpAll<ImageFact | undefined>(
    ids,
    MAX_FILTER_VALUES,
    async (batch) => {
      const { Images: images = [] } = await ec2.send(
        new DescribeImagesCommand({
          Filters: [{ Name: 'image-id', Values: filterValues(batch) }],
          IncludeDeprecated: true,
          IncludeDisabled: true,
        }),
      );
      return new Map(images.map((image) => [image.ImageId ?? '', toFact(image)]));
    },
    undefined,
  );
  const facts = await pMap(
    listed,
    async ([id, fact]): Promise<[string, Fact<ImageFact>]> => {
      if (fact.kind === 'unknown') return [id, fact];
      return [id, fact.value === undefined ? await lookUpMissing(id, ec2) : known(fact.value)];
    },
    { concurrency: CONCURRENCY },
  );
  return new Map(facts);
}

async function lookUpMissing(id: string, ec2: EC2Client): Promise<Fact<ImageFact>> {
  try {
    const { Images: [image] = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [id] }));
    return known(image === undefined ? { kind: 'missing' } : toFact(image));
  } catch (error) {
    const code = error instanceof Error ? error.name : '';
    // EC2 remembers a deregistered image for some time; later it is NotFound like one that never was.
    if (code === 'InvalidAMIID.Unavailable') return known({ kind: 'deregistered' });
    return code.startsWith('InvalidAMIID.') ? known({ kind: 'missing' }) : unknown(describeError(error));
  }
}

function toFact(image: Image): ImageFact {
  const root = image.BlockDeviceMappings?.find(({ DeviceName: name }) => name === image.RootDeviceName);
  return {
    kind: 'found',
    imageId: image.ImageId ?? '',
    state: image.State ?? 'in an unknown state',
    architecture: image.Architecture ?? 'of unknown architecture',
    rootDeviceType: image.RootDeviceType,
    rootDeviceName: image.RootDeviceName,
    rootVolumeGiB: root?.Ebs?.VolumeSize,
  };
}
