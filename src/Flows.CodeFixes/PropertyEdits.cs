using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace Cairn.Flows.CodeFixes;

/// <summary>Changes of the declaration of a property or a class.</summary>
internal static class PropertyEdits
{
    /// <summary>Adds an attribute of Cairn.Flows, in a line of its own.</summary>
    public static PropertyDeclarationSyntax WithAttribute(PropertyDeclarationSyntax property, string name)
    {
        var list = SyntaxFactory.AttributeList(SyntaxFactory.SingletonSeparatedList(SyntaxFactory.Attribute(SyntaxFactory.ParseName(name))));
        var bare = property.WithoutLeadingTrivia();
        return bare.WithAttributeLists(bare.AttributeLists.Insert(0, list.WithTrailingTrivia(SyntaxFactory.ElasticLineFeed)))
            .WithLeadingTrivia(property.GetLeadingTrivia()).WithAdditionalAnnotations(Formatter.Annotation);
    }

    /// <summary>Removes a modifier.</summary>
    public static T Without<T>(T member, SyntaxKind modifier)
        where T : MemberDeclarationSyntax
    {
        var index = member.Modifiers.IndexOf(modifier);
        return index < 0 ? member : (T)member.WithModifiers(member.Modifiers.RemoveAt(index));
    }

    /// <summary>Adds <c>partial</c>, which comes last.</summary>
    public static T WithPartial<T>(T member)
        where T : MemberDeclarationSyntax => member.Modifiers.Any(SyntaxKind.PartialKeyword)
            ? member
            : (T)member.WithModifiers(member.Modifiers.Add(SyntaxFactory.Token(SyntaxKind.PartialKeyword).WithTrailingTrivia(SyntaxFactory.Space)));

    /// <summary>Gives a property a getter and a setter that steps can use.</summary>
    public static PropertyDeclarationSyntax Settable(PropertyDeclarationSyntax property)
    {
        var accessors = property.AccessorList!.Accessors;
        if (accessors.FirstOrDefault(static a => a.IsKind(SyntaxKind.InitAccessorDeclaration)) is { } init)
            accessors = accessors.Replace(init, Accessor(SyntaxKind.SetAccessorDeclaration).WithTriviaFrom(init));
        if (!accessors.Any(SyntaxKind.SetAccessorDeclaration))
            accessors = accessors.Add(Accessor(SyntaxKind.SetAccessorDeclaration));
        if (!accessors.Any(SyntaxKind.GetAccessorDeclaration))
            accessors = accessors.Insert(0, Accessor(SyntaxKind.GetAccessorDeclaration));
        return Without(property, SyntaxKind.RequiredKeyword).WithAccessorList(property.AccessorList.WithAccessors(accessors)).WithAdditionalAnnotations(Formatter.Annotation);
    }

    private static AccessorDeclarationSyntax Accessor(SyntaxKind kind) =>
        SyntaxFactory.AccessorDeclaration(kind).WithSemicolonToken(SyntaxFactory.Token(SyntaxKind.SemicolonToken)).WithTrailingTrivia(SyntaxFactory.Space);
}
