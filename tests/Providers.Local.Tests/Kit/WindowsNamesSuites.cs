using Cairn.Conformance;

namespace Cairn.Providers.Local.Tests.Kit.WindowsNames;

public sealed class OddName : OddNameTests<WindowsNamesHarness>;
