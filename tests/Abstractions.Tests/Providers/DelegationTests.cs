using System.Reflection;
using Cairn.Providers;

namespace Cairn.Tests.Providers;

public class DelegationTests
{
    [Theory]
    [InlineData(typeof(DelegatingStoreDriver))]
    [InlineData(typeof(DelegatingStoreUpload))]
    public void A_layer_passes_every_member_on(Type layer)
    {
        var missed = layer.BaseType!
            .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => m.IsVirtual && layer.GetMethod(m.Name, m.GetParameters().Select(p => p.ParameterType).ToArray())!.DeclaringType != layer)
            .Select(m => m.Name);
        missed.ShouldBeEmpty();
    }
}
