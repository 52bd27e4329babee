using Cairn.Conformance;

namespace Cairn.Providers.S3.Tests.Kit.Bucket;

public sealed class RoundTrip : RoundTripTests<BucketHarness>;
public sealed class Range : RangeTests<BucketHarness>;
public sealed class AbandonedWrite : AbandonedWriteTests<BucketHarness>;
public sealed class ConditionalWrite : ConditionalWriteTests<BucketHarness>;
public sealed class Delete : DeleteTests<BucketHarness>;
public sealed class Directory : DirectoryTests<BucketHarness>;
public sealed class List : ListTests<BucketHarness>;
public sealed class OddName : OddNameTests<BucketHarness>;
public sealed class Staged : StagedTests<BucketHarness>;
public sealed class Walk : WalkTests<BucketHarness>;
public sealed class Copy : CopyTests<BucketHarness>;
public sealed class Touch : TouchTests<BucketHarness>;
