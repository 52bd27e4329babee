using System.Text;
using System.Text.Json.Serialization;
using Cairn.Artifacts;
using Cairn.Hosting;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Tests.DependencyInjection;

public sealed partial class AddMaterializersTests
{
    [Fact]
    public async Task Repositories_are_injected_with_materializers_of_every_way()
    {
        await using var services = Build(cairn => cairn
            .AddMaterializer<PointMaterializer>()
            .AddMaterializers(m => m.Add<Tag>("tag", "text/plain", (tag, stream, token) => stream.WriteAsync(Encoding.UTF8.GetBytes(tag.Text), token),
                async (stream, token) => new(await new StreamReader(stream).ReadToEndAsync(token))))
            .AddJsonMaterializers(NoteContext.Default));
        var repository = services.GetRequiredService<ArtifactRepository>();
        repository.Store.Root.ShouldBe(services.GetRequiredService<ArtifactStore>().Root / "artifacts");
        var other = services.GetRequiredKeyedService<ArtifactRepository>("other");
        other.Store.Root.ToString().ShouldBe("mem://other/artifacts");
        other.Materializers.ShouldBeSameAs(services.GetRequiredService<MaterializerRegistry>());

        var saved = await repository.SaveAsync(new Point(3));
        (await repository.LoadAsync<Point>(saved.Digest)).X.ShouldBe(3);
        services.GetRequiredService<Counter>().Saves.ShouldBe(1);
        var t = await repository.SaveAsync(new Tag("t"));
        (await repository.LoadAsync<Tag>(t.Digest)).ShouldBe(new Tag("t"));
        var n = await repository.SaveAsync(new Note("n"));
        (await repository.LoadAsync<Note>(n.Digest)).ShouldBe(new Note("n"));
        var five = await repository.SaveAsync(5);
        Should.Throw<MaterializationException>(() => repository.Materializers.Resolve(typeof(Version[])));
    }

    [Fact]
    public async Task Without_being_asked_for_there_is_no_JSON()
    {
        await using var plain = Build(_ => { });
        plain.GetRequiredService<MaterializerRegistry>().TryGet("json", out _).ShouldBeFalse();
        plain.GetRequiredService<MaterializerRegistry>().TryGet("npy", out _).ShouldBeTrue();
        await using var reflecting = Build(cairn => cairn.AddJsonMaterializers());
        reflecting.GetRequiredService<MaterializerRegistry>().Resolve(typeof(Note)).Id.ShouldBe("json");
    }

    private static ServiceProvider Build(Action<CairnBuilder> configure) => new ServiceCollection()
        .AddSingleton<Counter>()
        .AddCairn(cairn => configure(cairn.AddProvider<MemoryProvider>().AddStore("main", "mem://main").AddStore("other", "mem://other").UseDefaultStore("main")))
        .BuildServiceProvider();

    private sealed record Point(int X);

    private sealed record Tag(string Text);

    private sealed record Note(string Text);

    private sealed class Counter
    {
        public int Saves { get; set; }
    }

    [JsonSerializable(typeof(Note))]
    private sealed partial class NoteContext : JsonSerializerContext;

    /// <summary>It asks for a service, which only the container can give.</summary>
    private sealed class PointMaterializer(Counter counter) : Materializer<Point>
    {
        public override string Id => "point";

        public override string MediaType => "application/x-point";

        protected override async ValueTask SaveAsync(Point value, ArtifactWriter writer, CancellationToken cancellationToken)
        {
            await using var stream = writer.Create("x");
            await stream.WriteAsync(BitConverter.GetBytes(value.X), cancellationToken);
            counter.Saves++;
        }

        protected override async ValueTask<Point> LoadAsync(ArtifactReader reader, CancellationToken cancellationToken)
        {
            await using var stream = await reader.OpenAsync("x", cancellationToken);
            var bytes = new byte[4];
            await stream.ReadExactlyAsync(bytes, cancellationToken);
            return new(BitConverter.ToInt32(bytes));
        }
    }
}
