using Cairn.Conformance;

namespace Cairn.Tests.Materializers.Kit;

public sealed class ScalarKit : MaterializerTests<ScalarHarness>;
public sealed class TextKit : MaterializerTests<TextHarness>;
public sealed class BytesKit : MaterializerTests<BytesHarness>;
public sealed class JsonKit : MaterializerTests<JsonHarness>;
public sealed class JsonLinesKit : MaterializerTests<JsonLinesHarness>;
public sealed class NpyKit : MaterializerTests<NpyHarness>;
public sealed class NpzKit : MaterializerTests<NpzHarness>;
public sealed class FilesKit : MaterializerTests<FilesHarness>;
public sealed class ImageKit : MaterializerTests<ImageHarness>;
public sealed class HtmlKit : MaterializerTests<HtmlHarness>;
