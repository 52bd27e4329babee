using System.IO.Compression;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Cairn.Formats.MachineLearning.Tests;

public sealed class TransformerMaterializerTests : IAsyncLifetime
{
    private ArtifactRepository _repository = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _repository = Repository(await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://mlnet-{Guid.NewGuid():N}", cancellationToken: Cancel), new());

    public ValueTask DisposeAsync() => _repository.Store.DisposeAsync();

    [Fact]
    public async Task A_trained_regression_predicts_the_same_after_loading()
    {
        var trained = Houses.Regression();
        var saved = await _repository.SaveAsync(trained, cancellationToken: Cancel);
        var loaded = await _repository.LoadAsync<ModelWithSchema>(saved.Digest, Cancel);
        Houses.Predict(loaded).ShouldBe(Houses.Predict(trained));
        loaded.InputSchema!.Select(c => c.Name).ShouldBe(["Size", "Rooms", "Place", "Price"]);
        Houses.Predict(new(await _repository.LoadAsync<ITransformer>(saved.Digest, Cancel), null)).ShouldBe(Houses.Predict(trained));
        (await _repository.LoadAsync<TransformerChain<ITransformer>>(saved.Digest, Cancel)).Count().ShouldBe(3);
    }

    [Fact]
    public async Task Columns_are_facts_which_any_program_shows()
    {
        var saved = await _repository.SaveAsync(Houses.Learned(), cancellationToken: Cancel);
        saved.Manifest.Facts["inputs"].ShouldBe("""[{"name":"Size","type":"Single"},{"name":"Rooms","type":"Single"},{"name":"Place","type":"String"},{"name":"Price","type":"Single"}]""");
        saved.Manifest.Facts["outputs"].ShouldContain("""{"name":"Features","type":"Vector<Single, 4>"}""");
        var preview = (await _repository.PreviewAsync(saved.Digest, Cancel))!;
        preview.Rows[0].ShouldBe(["input", "Size", "Single"]);
        preview.Rows[^1].ShouldBe(["output", "Features", "Vector<Single, 4>"]);
        var bare = await _repository.SaveAsync(Houses.Learned().Model, cancellationToken: Cancel);
        (await _repository.LoadAsync<ModelWithSchema>(bare.Digest, Cancel)).InputSchema.ShouldBeNull();
        (await _repository.PreviewAsync(bare.Digest, Cancel))!.Text!.ShouldContain("without the columns that it takes");
    }

    [Fact]
    public async Task ML_NET_reads_what_is_saved_and_what_it_saves_loads()
    {
        var saved = await _repository.SaveAsync(Houses.Learned(), cancellationToken: Cancel);
        await using (var file = await _repository.OpenFileAsync(saved.Digest, null, Cancel))
        {
            using var copy = new MemoryStream();
            await file.CopyToAsync(copy, Cancel);
            var model = new MLContext().Model.Load(copy, out var schema);
            Houses.Predict(new(model, schema)).ShouldBe(Houses.Predict(Houses.Learned()));
        }

        using var theirs = new MemoryStream();
        Houses.Context.Model.Save(Houses.Learned().Model, Houses.Learned().InputSchema, theirs);
        var loaded = (ModelWithSchema)await new TransformerMaterializer().LoadAsync(new FileReader(theirs.ToArray()), typeof(ModelWithSchema), Cancel);
        (await _repository.SaveAsync(loaded, cancellationToken: Cancel)).Digest.ShouldBe((await _repository.StatAsync(saved.Digest, Cancel)).Digest);
    }

    [Theory]
    [InlineData("System.Net.Mail.SmtpClient, System.Net.Mail")]
    [InlineData("System.Net.Mail, Version=10.0.0.0, Culture=neutral, PublicKeyToken=cc7b13ffcd2ddd51")]
    [InlineData("Formats.MachineLearning.Tests")]
    [InlineData("")]
    [InlineData("Microsoft.ML.Data.Evil")]
    [InlineData(",")]
    public async Task A_model_that_wants_code_of_another_assembly_is_refused_before_it_is_loaded(string assembly)
    {
        byte[][] models = [ForgedModel.WithFactory("contract", assembly), ForgedModel.WithFactory("Microsoft.ML.Data", assembly, swapped: true), ForgedModel.WithFactory(assembly, assembly)];
        foreach (var model in assembly.Length == 0 ? models : [.. models, ForgedModel.WithLoader("Anything", assembly), ForgedModel.WithLoader("Anything", assembly, "Any/Model.bin"),
            ForgedModel.WithLoader("Anything", assembly, "else")])
        {
            var error = await Should.ThrowAsync<MaterializationException>(async () => await new TransformerMaterializer().LoadAsync(new FileReader(model), typeof(ITransformer), Cancel));
            error.Reason.ShouldContain(assembly.Length == 0 ? "requires code of the assembly ''" : $"requires code of the assembly '{(assembly.Length > 60 ? assembly[..60] + "…" : assembly)}'");
        }
    }

    [Fact]
    public async Task Custom_mappings_load_where_the_program_has_named_their_assembly()
    {
        var context = new MLContext();
        context.ComponentCatalog.RegisterAssembly(typeof(DoubledFactory).Assembly);
        var data = Houses.Data(3);
        var model = new ModelWithSchema(context.Transforms.CustomMapping(new DoubledFactory().GetMapping(), "doubled").Fit(data), data.Schema);
        (await Should.ThrowAsync<MaterializationException>(() => _repository.SaveAsync(model, cancellationToken: Cancel))).Message.ShouldContain("pass it to the materializer's constructor");
        (await _repository.Store.ListAsync("blobs", new() { Recursive = true }, Cancel).CountAsync(f => f.IsFile, Cancel)).ShouldBe(0);

        var materializers = MaterializerRegistry.CreateDefault().Add(new TransformerMaterializer(new MLContext(), typeof(DoubledFactory).Assembly));
        var trusting = new ArtifactRepository(_repository.Store, materializers, StorePath.Root);
        var saved = await trusting.SaveAsync(model, cancellationToken: Cancel);
        var loaded = await trusting.LoadAsync<ITransformer>(saved.Digest, Cancel);
        loaded.Transform(data).GetColumn<float>("Twice").ShouldBe(data.GetColumn<float>("Size").Select(s => 2 * s));
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<ITransformer>(saved.Digest, Cancel))).Message.ShouldContain("requires code of the assembly");
    }

    [Fact]
    public async Task An_archive_that_unpacks_to_many_times_its_size_is_refused()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("TransformerChain/Model.key", CompressionLevel.SmallestSize).Open();
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 80; i++)
                entry.Write(zeros);
        }
        var error = await Should.ThrowAsync<MaterializationException>(async () => await new TransformerMaterializer().LoadAsync(new FileReader(stream.ToArray()), typeof(ITransformer), Cancel));
        error.Reason.ShouldContain("would unpack to more than 100 times");
    }

    [Fact]
    public async Task A_file_that_is_no_model_is_a_clear_error()
    {
        foreach (var content in new[] { "no zip"u8.ToArray(), [], ForgedModel.Zip("some.txt", [1, 2, 3]) })
        {
            var error = await Should.ThrowAsync<MaterializationException>(async () => await new TransformerMaterializer().LoadAsync(new FileReader(content), typeof(ITransformer), Cancel));
            error.Reason.ShouldNotBeEmpty();
        }
    }

    private static ArtifactRepository Repository(ArtifactStore store, TransformerMaterializer materializer) => new(store, MaterializerRegistry.CreateDefault().Add(materializer));

    public sealed class Sized
    {
        public float Size { get; set; }
    }

    public sealed class Doubled
    {
        public float Twice { get; set; }
    }

    [CustomMappingFactoryAttribute("doubled")]
    public sealed class DoubledFactory : CustomMappingFactory<Sized, Doubled>
    {
        public override Action<Sized, Doubled> GetMapping() => static (from, to) => to.Twice = 2 * from.Size;
    }
}
