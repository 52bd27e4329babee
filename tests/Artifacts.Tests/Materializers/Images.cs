namespace Cairn.Tests.Materializers;

/// <summary>A PNG of 3 × 2 red pixels; the head of a progressive JPEG of 5 × 4, with a comment that looks like one of another size; and an SVG.</summary>
internal static class Images
{
    public const string Svg = """<?xml version="1.0"?><!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg" width="640px" viewBox="0 0 12 33.5"><rect width="1" height="1"/></svg>""";

    public static byte[] Png => Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AAQQxwFgBB0gX7h/C5SAAAAABJRU5ErkJggg==");

    public static byte[] Jpeg => Convert.FromBase64String("/9j/4AAQSkZJRgABAQAAAQABAAD///4AEf/AIG5vIHNpemUgaGVyZf/bAEMAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEP/CAAsIAAQABQEBEQD/2Q==");
}
