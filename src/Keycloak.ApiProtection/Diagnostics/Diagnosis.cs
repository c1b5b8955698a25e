namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Why a permission is missing, and what to change: for the log only.</summary>
internal readonly record struct Diagnosis(string Reason, string Remedy);
