using Cairn.Conformance;

namespace Acme.Sample.Tests.Suites;

// Completeness fails, and prints the missing lines, until every suite of the kit is here or in the harness' Skips.
public sealed class Completeness : CompletenessTests<SampleHarness>;
public sealed class RoundTrip : RoundTripTests<SampleHarness>;
public sealed class Range : RangeTests<SampleHarness>;
public sealed class ReadStream : ReadStreamTests<SampleHarness>;
public sealed class WriteStream : WriteStreamTests<SampleHarness>;
public sealed class AbandonedWrite : AbandonedWriteTests<SampleHarness>;
public sealed class FaultedWrite : FaultedWriteTests<SampleHarness>;
public sealed class ConditionalWrite : ConditionalWriteTests<SampleHarness>;
public sealed class Race : RaceTests<SampleHarness>;
public sealed class BigObject : BigObjectTests<SampleHarness>;
public sealed class OutOfOrderPart : OutOfOrderPartTests<SampleHarness>;
public sealed class Integrity : IntegrityTests<SampleHarness>;
public sealed class Capability : CapabilityTests<SampleHarness>;
public sealed class Cancellation : CancellationTests<SampleHarness>;
public sealed class Error : ErrorTests<SampleHarness>;
public sealed class Attributes : AttributesTests<SampleHarness>;
public sealed class Copy : CopyTests<SampleHarness>;
public sealed class CrossStore : CrossStoreTests<SampleHarness>;
public sealed class Delete : DeleteTests<SampleHarness>;
public sealed class Directory : DirectoryTests<SampleHarness>;
public sealed class Exists : ExistsTests<SampleHarness>;
public sealed class Glob : GlobTests<SampleHarness>;
public sealed class List : ListTests<SampleHarness>;
public sealed class Model : ModelTests<SampleHarness>;
public sealed class Move : MoveTests<SampleHarness>;
public sealed class OddName : OddNameTests<SampleHarness>;
public sealed class OffsetExclusivity : OffsetExclusivityTests<SampleHarness>;
public sealed class Presign : PresignTests<SampleHarness>;
public sealed class Staged : StagedTests<SampleHarness>;
public sealed class Stat : StatTests<SampleHarness>;
public sealed class Substore : SubstoreTests<SampleHarness>;
public sealed class Touch : TouchTests<SampleHarness>;
public sealed class Transfer : TransferTests<SampleHarness>;
public sealed class Walk : WalkTests<SampleHarness>;
