namespace Keycloak.ApiProtection.PackageTests.Readme;

/// <summary>A step of a numbered list.</summary>
/// <param name="Title">The title of the step, without the period.</param>
/// <param name="Values">The texts marked as code: the names that a reader types.</param>
internal sealed record NumberedStep(string Title, IReadOnlyList<string> Values);
