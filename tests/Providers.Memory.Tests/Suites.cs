using Cairn.Conformance;

namespace Cairn.Providers.Memory.Tests.Plain;

public sealed class Completeness : CompletenessTests<MemoryHarness>;
public sealed class RoundTrip : RoundTripTests<MemoryHarness>;
public sealed class Range : RangeTests<MemoryHarness>;
public sealed class ReadStream : ReadStreamTests<MemoryHarness>;
public sealed class WriteStream : WriteStreamTests<MemoryHarness>;
public sealed class AbandonedWrite : AbandonedWriteTests<MemoryHarness>;
public sealed class FaultedWrite : FaultedWriteTests<MemoryHarness>;
public sealed class ConditionalWrite : ConditionalWriteTests<MemoryHarness>;
public sealed class Race : RaceTests<MemoryHarness>;
public sealed class BigObject : BigObjectTests<MemoryHarness>;
public sealed class OutOfOrderPart : OutOfOrderPartTests<MemoryHarness>;
public sealed class Integrity : IntegrityTests<MemoryHarness>;
public sealed class Capability : CapabilityTests<MemoryHarness>;
public sealed class Cancellation : CancellationTests<MemoryHarness>;
public sealed class Error : ErrorTests<MemoryHarness>;
