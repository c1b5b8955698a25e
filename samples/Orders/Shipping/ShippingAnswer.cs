namespace Orders.Shipping;

/// <summary>The response of the shipping API.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Challenge">The header <c>WWW-Authenticate</c>; empty if the response has none.</param>
/// <param name="Body">The body.</param>
internal sealed record ShippingAnswer(int Status, string Challenge, string Body);
