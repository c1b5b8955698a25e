namespace Orders.Shipping;

/// <summary>What the shipping API answered.</summary>
/// <param name="Status">The status.</param>
/// <param name="Challenge">The header <c>WWW-Authenticate</c>; empty where there was none.</param>
/// <param name="Body">The body.</param>
internal sealed record ShippingAnswer(int Status, string Challenge, string Body);
