using Cairn.Conformance;

namespace Cairn.Plugins.Http.Tests.Kit;

public sealed class BigObject : BigObjectTests<HttpHarness>;
public sealed class Cancellation : CancellationTests<HttpHarness>;
public sealed class Capability : CapabilityTests<HttpHarness>;
public sealed class Completeness : CompletenessTests<HttpHarness>;
public sealed class CrossStore : CrossStoreTests<HttpHarness>;
public sealed class Delete : DeleteTests<HttpHarness>;
public sealed class Error : ErrorTests<HttpHarness>;
public sealed class Exists : ExistsTests<HttpHarness>;
public sealed class Glob : GlobTests<HttpHarness>;
public sealed class Integrity : IntegrityTests<HttpHarness>;
public sealed class List : ListTests<HttpHarness>;
public sealed class OddName : OddNameTests<HttpHarness>;
public sealed class OffsetExclusivity : OffsetExclusivityTests<HttpHarness>;
public sealed class Range : RangeTests<HttpHarness>;
public sealed class Root : RootTests<HttpHarness>;
public sealed class ReadStream : ReadStreamTests<HttpHarness>;
public sealed class RoundTrip : RoundTripTests<HttpHarness>;
public sealed class Stat : StatTests<HttpHarness>;
public sealed class Substore : SubstoreTests<HttpHarness>;
public sealed class Transfer : TransferTests<HttpHarness>;
public sealed class Walk : WalkTests<HttpHarness>;
