using System.Reflection;

namespace Cairn.GoogleClient.Tests;

public sealed class DocumentationTests
{
    [Fact]
    public void Every_test_of_the_fake_names_its_page()
    {
        var tests = typeof(ClientTest).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(ClientTest))).SelectMany(t => t.GetMethods())
            .Where(m => m.GetCustomAttributes<FactAttribute>().Any()).ToList();
        tests.Count.ShouldBeGreaterThan(50);
        tests.Where(m => !m.GetCustomAttributes<DocumentedAttribute>(false).Any(d => d.Quote is not null || d.InShort is not null))
            .Select(m => $"{m.DeclaringType!.Name}.{m.Name}").ShouldBeEmpty();
    }
}
