using Cairn.Conformance;

namespace Cairn.Plugins.WebDav.Tests.Kit;

// What authentication touches: every kind of request, and bodies that must not leave before a challenge.
public sealed class BasicRoundTrip : RoundTripTests<BasicHarness>;
public sealed class BasicConditionalWrite : ConditionalWriteTests<BasicHarness>;
public sealed class BasicCopy : CopyTests<BasicHarness>;
public sealed class BasicStat : StatTests<BasicHarness>;
public sealed class DigestRoundTrip : RoundTripTests<DigestHarness>;
public sealed class DigestAbandonedWrite : AbandonedWriteTests<DigestHarness>;
public sealed class DigestConditionalWrite : ConditionalWriteTests<DigestHarness>;
public sealed class DigestCopy : CopyTests<DigestHarness>;
public sealed class DigestDirectory : DirectoryTests<DigestHarness>;
public sealed class DigestRange : RangeTests<DigestHarness>;
public sealed class DigestWriteStream : WriteStreamTests<DigestHarness>;
