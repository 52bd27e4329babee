namespace Cairn.Formats.Onnx.Tests;

public sealed class OnnxModelTests
{
    [Fact]
    public void A_model_tells_what_it_takes_and_gives()
    {
        var model = OnnxModel.Parse(OnnxBytes.Linear([1, 2, 3, 4, 5, 6], [0, 0]));
        model.ToString().ShouldBe("(x: float32[rows, 3]) -> (y: float32[rows, 2])");
        model.Inputs[0].Shape.ShouldBe([new OnnxDimension(null, "rows"), new OnnxDimension(3, null)]);
        (model.Producer, model.IrVersion, model.Parameters).ShouldBe(("cairn-tests", 8, 8));
        model.Opsets.ShouldBe(new Dictionary<string, long> { [""] = 13 });
        model.ExternalFiles.ShouldBeEmpty();
    }

    [Fact]
    public void An_input_with_a_value_in_the_model_need_not_be_given() => OnnxModel.Parse(OnnxBytes.Old()).Inputs.Select(i => i.Name).ShouldBe(["x"]);

    [Fact]
    public void Types_that_are_not_tensors_are_named_whole()
    {
        var map = OnnxBytes.Field(5, [.. OnnxBytes.Number(1, 7), .. OnnxBytes.Field(2, Tensor(1))]);
        var model = OnnxBytes.Model("", [], [
            OnnxBytes.Value(11, "maps", OnnxBytes.Field(4, OnnxBytes.Field(1, map))), OnnxBytes.Value(11, "maybe", OnnxBytes.Field(9, OnnxBytes.Field(1, Tensor(8)))),
            OnnxBytes.Value(11, "sparse", OnnxBytes.Field(8, OnnxBytes.Number(1, 11))), OnnxBytes.Value(12, "any", OnnxBytes.Field(1, OnnxBytes.Number(1, 9))),
            OnnxBytes.Value(12, "one", OnnxBytes.Float), OnnxBytes.Value(12, "open", OnnxBytes.Float, [null])]);
        OnnxModel.Parse(model).ToString().ShouldBe("(maps: sequence<map<int64, float32>>, maybe: optional<string>, sparse: sparse<float64>) -> (any: bool, one: float32[], open: float32[?])");

        static byte[] Tensor(int element) => OnnxBytes.Field(1, OnnxBytes.Number(1, element));
    }

    [Fact]
    public void A_model_cut_short_anywhere_is_a_clear_error()
    {
        var whole = OnnxBytes.Linear([1, 2, 3, 4], [5, 6]);
        var graphEnd = whole.Length - OnnxBytes.Field(8, OnnxBytes.Number(2, 13)).Length;
        for (var length = 0; length < whole.Length; length++)
        {
            // What is cut where a field ends lacks the last fields, which a model need not have.
            if (length == graphEnd)
                continue;
            Should.Throw<InvalidDataException>(() => OnnxModel.Parse(whole[..length]), $"{length} bytes").Message.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void Lengths_and_nesting_beyond_reason_are_refused()
    {
        Should.Throw<InvalidDataException>(() => OnnxModel.Parse([0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])).Message.ShouldContain("are announced at byte");
        Should.Throw<InvalidDataException>(() => OnnxModel.Parse("not a model"u8.ToArray()));
        var graph = OnnxBytes.Text(2, "inner");
        for (var depth = 0; depth < 100; depth++)
            graph = OnnxBytes.Node("If", [], [], OnnxBytes.Field(6, graph));
        Should.Throw<InvalidDataException>(() => OnnxModel.Parse(OnnxBytes.Model("", [graph], []))).Message.ShouldContain("levels");
    }

    [Theory]
    [InlineData("../w.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../w.bin")]
    [InlineData("a\\w.bin")]
    [InlineData("C:w.bin")]
    [InlineData("w.")]
    [InlineData("a//b")]
    [InlineData("model.onnx")]
    [InlineData("")]
    [InlineData(null)]
    public void Weights_outside_of_the_models_folder_are_refused(string? location) =>
        Should.Throw<InvalidDataException>(() => OnnxModel.Parse(OnnxBytes.External(location, 1))).Message.ShouldContain("not a file below the model's own folder");

    [Fact]
    public void Weights_within_nodes_and_their_graphs_are_found_too()
    {
        var tensor = OnnxBytes.External("deep/w.bin", 1);
        var constant = OnnxBytes.Node("Constant", [], ["c"], OnnxBytes.Field(
            5, [.. OnnxBytes.Number(2, 1), .. OnnxBytes.Field(13, [.. OnnxBytes.Text(1, "location"), .. OnnxBytes.Text(2, "in/node.bin")]), .. OnnxBytes.Number(14, 1)]));
        using var files = new OnnxFiles();
        files.Write("in/node.bin", new byte[4]);
        var path = files.Write("deep.onnx", OnnxBytes.Model("", [OnnxBytes.Node("If", ["b"], ["c"], OnnxBytes.Field(6, constant))], [OnnxBytes.Value(12, "c", OnnxBytes.Float, 1)]));
        OnnxModel.OpenFile(path).ExternalFiles.Select(f => f.Value).ShouldBe(["in/node.bin"]);
        Should.Throw<InvalidDataException>(() => OnnxModel.Parse(tensor)).Message.ShouldContain("OnnxModel.OpenFile");
        File.Delete(Path.Join(files.Folder, "in/node.bin"));
        Should.Throw<InvalidDataException>(() => OnnxModel.OpenFile(path)).Message.ShouldContain("there is no such file beside");
    }
}
