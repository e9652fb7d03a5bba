import { type EC2Client, type Filter, type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';

/** DescribeInstances answers at most 1000 instances a page. */
const PAGE_SIZE = 1000;

/**
 * What `read` makes of all instances that pass the filters, page by page: an instance in EC2's words takes ten times the
 * memory. Throws when a page cannot be read: a part is not the whole.
 */
export async function describeInstances<Seen>(
  ec2: EC2Client,
  filters: Filter[],
  read: (instance: Instance) => Seen,
): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const page of paginateDescribeInstances({ client: ec2, pageSize: PAGE_SIZE }, { Filters: filters })) {
    for (const { Instances: instances = [] } of page.Reservations ?? []) {
      for (const instance of instances) seen.push(read(instance));
    }
  }
  return seen;
}
