namespace Keycloak.ApiProtection.PackageTests.Readme;

/// <summary>A step of a numbered list.</summary>
/// <param name="Title">What it is about, without the full stop.</param>
/// <param name="Values">What it marks as code: the names that a reader types.</param>
internal sealed record NumberedStep(string Title, IReadOnlyList<string> Values);
